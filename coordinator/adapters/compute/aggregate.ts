/** Combines the updates of a round, then lets the family's step make the next base of them. */
import type { RoundStep } from '../../../shared/learning/family.ts';
import { readTensors } from '../../../shared/tensors/column-reader.ts';
import { writeTensors } from '../../../shared/tensors/tensor-file.ts';
import type { AggregateJob, AggregateResult } from '../../ports/compute.ts';
import { combineFiles } from './combine.ts';

/** `samples`, for the step, is the sum of the weights. Refuses what `combineFiles` refuses. */
export function aggregateUpdates(job: AggregateJob, step: RoundStep): AggregateResult {
  const { contributions, rule, out } = job;
  const base = readTensors(job.base);
  const combined = `${out}.combined`;
  const { norm } = combineFiles({ contributions, rule, layout: step.layout(base), out: combined });
  const next = step.apply({
    base,
    combined: readTensors({ path: combined }),
    samples: contributions.reduce((sum, { weight }) => sum + weight, 0),
    server: job.server && readTensors(job.server),
  });
  const nextBase = `${out}.base`;
  writeTensors(nextBase, next.base);
  if (next.server === undefined) return { combined, base: nextBase, server: undefined, norm };
  const server = `${out}.server`;
  writeTensors(server, next.server);
  return { combined, base: nextBase, server, norm };
}
