/** One local computation of a round, which stops when the round does. */
import { setImmediate } from 'node:timers/promises';
import type { LocalResult, RoundStep, RowBatch, RowSource } from '../../shared/learning/family.ts';
import type { TensorSet } from '../../shared/tensors/tensor.ts';

/** Algebra blocks the event loop; it is given up this often, so that progress is sent and a closed round noticed. */
const BREATHE_EVERY_MS = 50;

export interface TrainJob {
  readonly step: RoundStep;
  readonly rows: RowSource;
  readonly base: TensorSet;
  readonly seed: number;
  readonly onProgress: (done: number, of: number) => void;
}

/** Throws the signal's reason when it aborts. */
export async function train(job: TrainJob, signal: AbortSignal): Promise<LocalResult> {
  return await job.step.train(breathing(job.rows, signal), {
    base: job.base,
    seed: job.seed,
    progress: (done, of) => {
      signal.throwIfAborted();
      job.onProgress(done, of);
    },
  });
}

/** The same rows, with a pause for the event loop between batches. */
function breathing(rows: RowSource, signal: AbortSignal): RowSource {
  let lastBreathMs = performance.now();
  const breathe = async () => {
    signal.throwIfAborted();
    if (performance.now() - lastBreathMs < BREATHE_EVERY_MS) return;
    await setImmediate();
    lastBreathMs = performance.now();
  };
  return {
    count: rows.count,
    async *scan(batchRows: number): AsyncGenerator<RowBatch> {
      for await (const batch of rows.scan(batchRows)) {
        await breathe();
        yield batch;
      }
    },
    async pick(positions) {
      await breathe();
      return await rows.pick(positions);
    },
  };
}
