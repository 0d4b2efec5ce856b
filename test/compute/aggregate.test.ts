import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { aggregateUpdates } from '../../coordinator/adapters/compute/aggregate.ts';
import type { CanarySet } from '../../coordinator/adapters/compute/canaries.ts';
import type { AggregateJob } from '../../coordinator/ports/compute.ts';
import { validateFederation } from '../../shared/federation/load.ts';
import type { RoundStep } from '../../shared/learning/family.ts';
import { decode, tensorsOfFlat } from '../../shared/tensors/safetensors.ts';
import { plainStep } from '../support/plain-family.ts';
import { fileOf } from './cohorts.ts';

const folder = mkdtempSync(join(tmpdir(), 'vedette-aggregate-'));
afterAll(() => rmSync(folder, { recursive: true }));

const layout = [{ name: 'w', shape: [2] }];

/** Moves by the number of rows it was given, along the first axis. */
const walking: RoundStep = {
  ...plainStep,
  train: async (rows) => ({
    update: tensorsOfFlat(layout, Float32Array.of(rows.count, 0)),
    samples: rows.count,
    metrics: {},
  }),
};

const canaries: CanarySet = {
  batches: [{ rows: 3, width: 1, data: Float32Array.of(1, 2, 3) }],
  labels: ['normal', 'scan', 'normal'],
};

function jobOf(out: string): AggregateJob {
  const update = (name: string, ...values: number[]) =>
    fileOf(folder, name, layout, Float32Array.from(values));
  return {
    federation: validateFederation({
      federation: 'test',
      features: [{ name: 'x', type: 'numeric' }],
      model: { family: 'autoencoder' },
    }),
    step: 'plain',
    contributions: [
      { member: 'a', update: update('a', 0.5, 0), weight: 1, influence: 1 },
      { member: 'b', update: update('b', -7, 0), weight: 1, influence: 1 },
    ],
    rule: { rule: 'fltrust' },
    base: update('base', 10, 10),
    server: undefined,
    previous: undefined,
    canaryFile: undefined,
    seed: 1,
    out: join(folder, out),
  };
}

describe('aggregation by fltrust', () => {
  it('measures against a step from the normal canary rows, and keeps no file of it', async () => {
    const result = await aggregateUpdates(jobOf('trusted'), walking, canaries);
    expect([...(decode(readFileSync(result.base)).tensors.get('w') ?? [])]).toEqual([12, 10]);
    expect(result.shares).toEqual([1, 0]);
    expect(readdirSync(folder).filter((name) => name.startsWith('trusted'))).toEqual([
      'trusted.base',
      'trusted.combined',
    ]);
  });

  it('is refused where there is no canary set', async () => {
    await expect(aggregateUpdates(jobOf('alone'), walking, undefined)).rejects.toMatchObject({
      code: 'rule_breakdown',
      facts: { root: 0 },
    });
  });
});
