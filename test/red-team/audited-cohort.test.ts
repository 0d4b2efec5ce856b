import { describe, expect, it } from 'vitest';
import { auditSums } from '../../coordinator/adapters/compute/audit.ts';
import type { AuditJob } from '../../coordinator/ports/compute.ts';
import type { ModelFamily, RoundStep, RowBatch } from '../../shared/learning/family.ts';
import { encode } from '../../shared/tensors/safetensors.ts';
import type { TensorSet } from '../../shared/tensors/tensor.ts';
import { federationWith } from '../core/story.ts';

const COHORT = Array.from({ length: 10 }, (_, at) => `m${at}`);
const EACH = 50;

/** Positions of the canaries that the audit of the cohort scores. */
async function scoredRows(
  contributors: readonly string[],
  labels: readonly string[],
  members: readonly string[],
): Promise<readonly number[]> {
  const layout = [{ name: 'gram', shape: [1] }];
  const tensors: TensorSet = { layout, tensors: new Map([['gram', Float32Array.of(1)]]) };
  const bytes = encode(tensors);
  const step = { audited: true, layout: () => layout, apply: () => ({ base: tensors, server: undefined }) };
  let scored: readonly number[] = [];
  const score = async ({ data }: RowBatch) => {
    scored = [...data];
    return data;
  };
  const family = { assemble: (base: TensorSet) => base, scorer: () => ({ score, dispose: () => undefined }) };
  const job = {
    federation: federationWith(),
    step: 'sums',
    base: { bytes },
    contributions: COHORT.map((member) => ({ member, update: { bytes }, weight: 1, influence: 1 })),
    canaryFile: '',
    members,
  };
  const rows = labels.length;
  const data = Float32Array.from({ length: rows }, (_, at) => at);
  await auditSums(
    job as unknown as AuditJob,
    family as unknown as ModelFamily,
    step as unknown as RoundStep,
    { batches: [{ rows, width: 1, data }], labels, contributors },
  );
  return scored;
}

function each(names: readonly string[], rows: number): string[] {
  return names.flatMap((name) => Array<string>(rows).fill(name));
}

function named(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `x${at}`);
}

describe('the audit of a cohort beside many others who gave canaries', () => {
  it('judges its members with their own normal canaries, however many the others are', async () => {
    const { leastCanaries } = federationWith().checks.audit;
    for (const others of [0, 5, 60]) {
      const members = [...COHORT, ...named(others)];
      const normals = each(members, EACH);
      const labels = [...normals.map(() => 'normal'), ...Array<string>(EACH).fill('scan')];
      const scored = await scoredRows([...normals, ...Array<string>(EACH).fill('m1')], labels, members);
      expect(scored.filter((row) => row < EACH).length).toBeGreaterThanOrEqual(leastCanaries);
    }
  });

  it('scores what its members gave of an anomaly, however many names somebody makes up', async () => {
    const madeUp = named(63);
    const anomalies = [...madeUp, ...each(COHORT, 10)];
    const normals = each(COHORT, EACH);
    const labels = [...anomalies.map(() => 'scan'), ...normals.map(() => 'normal')];
    const scored = await scoredRows([...anomalies, ...normals], labels, COHORT);
    const given = scored.filter((row) => row >= madeUp.length && row < anomalies.length);
    expect(given).toHaveLength(58);
  });
});
