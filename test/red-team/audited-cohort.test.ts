import { describe, expect, it } from 'vitest';
import { auditSums } from '../../coordinator/adapters/compute/audit.ts';
import type { AuditJob } from '../../coordinator/ports/compute.ts';
import type { ModelFamily, RoundStep, RowBatch } from '../../shared/learning/family.ts';
import { encode } from '../../shared/tensors/safetensors.ts';
import type { TensorSet } from '../../shared/tensors/tensor.ts';
import { federationWith } from '../core/story.ts';

const COHORT = Array.from({ length: 10 }, (_, at) => `m${at}`);
const EACH = 50;

/** How many of the first member's normal canaries the audit scores. */
async function scoredBeside(others: number): Promise<number> {
  const contributors = [...COHORT, ...Array.from({ length: others }, (_, at) => `x${at}`)].flatMap((one) =>
    Array<string>(EACH).fill(one),
  );
  const rows = contributors.length + EACH;
  const layout = [{ name: 'gram', shape: [1] }];
  const tensors: TensorSet = { layout, tensors: new Map([['gram', Float32Array.of(1)]]) };
  const bytes = encode(tensors);
  const step = { audited: true, layout: () => layout, apply: () => ({ base: tensors, server: undefined }) };
  let own = 0;
  const score = async ({ data }: RowBatch) => {
    own = data.filter((place) => place < EACH).length;
    return data;
  };
  const family = { assemble: (base: TensorSet) => base, scorer: () => ({ score, dispose: () => undefined }) };
  const job = {
    federation: federationWith(),
    step: 'sums',
    base: { bytes },
    contributions: COHORT.map((member) => ({ member, update: { bytes }, weight: 1, influence: 1 })),
    canaryFile: '',
  };
  await auditSums(
    job as unknown as AuditJob,
    family as unknown as ModelFamily,
    step as unknown as RoundStep,
    {
      batches: [{ rows, width: 1, data: Float32Array.from({ length: rows }, (_, at) => at) }],
      labels: [...contributors.map(() => 'normal'), ...Array<string>(EACH).fill('scan')],
      contributors: [...contributors, ...Array<string>(EACH).fill('x0')],
    },
  );
  return own;
}

describe('the audit of a cohort beside many others who gave canaries', () => {
  it('judges its members with their own normal canaries, however many the others are', async () => {
    const { leastCanaries } = federationWith().checks.audit;
    for (const others of [0, 5, 60]) expect(await scoredBeside(others)).toBeGreaterThanOrEqual(leastCanaries);
  });
});
