/** Combines the updates of a round, then lets the family's step make the next base of them. */
import { rmSync } from 'node:fs';
import type { RoundStep } from '../../../shared/learning/family.ts';
import { readTensors } from '../../../shared/tensors/column-reader.ts';
import { writeTensors } from '../../../shared/tensors/tensor-file.ts';
import { needsOf } from '../../core/aggregators/registry.ts';
import type { AggregateJob, AggregateResult } from '../../ports/compute.ts';
import type { CanarySet } from './canaries.ts';
import { type Combined, combineFiles } from './combine.ts';
import { rootUpdate } from './root.ts';

/**
 * `samples`, for the step, is the sum of the weights. Refuses what `combineFiles` refuses. The base is read again after
 * combining rather than held meanwhile.
 */
export async function aggregateUpdates(
  job: AggregateJob,
  step: RoundStep,
  canaries: CanarySet | undefined,
): Promise<AggregateResult> {
  const combined = `${job.out}.combined`;
  const { norm, shares } = await combineInto(combined, job, step, canaries);
  const next = step.apply({
    base: readTensors(job.base),
    combined: readTensors({ path: combined }),
    samples: job.contributions.reduce((sum, { weight }) => sum + weight, 0),
    server: job.server && readTensors(job.server),
  });
  const result = { combined, base: `${job.out}.base`, server: undefined, norm, shares };
  writeTensors(result.base, next.base);
  if (next.server === undefined) return result;
  const server = `${job.out}.server`;
  writeTensors(server, next.server);
  return { ...result, server };
}

async function combineInto(
  out: string,
  job: AggregateJob,
  step: RoundStep,
  canaries: CanarySet | undefined,
): Promise<Combined> {
  const { contributions, rule, previous, seed } = job;
  const input = { contributions, rule, layout: step.layout(readTensors(job.base)), seed, out };
  if (canaries === undefined || !needsOf(rule).references.includes('root'))
    return combineFiles({ ...input, references: { previous } });
  const root = `${job.out}.root`;
  try {
    writeTensors(root, await rootUpdate(step, readTensors(job.base), canaries, seed));
    return await combineFiles({ ...input, references: { previous, root: { path: root } } });
  } finally {
    rmSync(root, { force: true });
  }
}
