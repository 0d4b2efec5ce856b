import type { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, it } from 'vitest';
import { runStripes } from '../../coordinator/adapters/compute/stripe-threads.ts';
import { STRIPE_COLUMNS, stripesOf } from '../../coordinator/adapters/compute/stripes.ts';
import { cohortOf } from './cohorts.ts';

const started: Worker[] = [];
const note = (worker: Worker) => started.push(worker);
process.on('worker', note);
afterAll(() => process.off('worker', note));

/** Many more than threads take at a time: whichever of them dies leaves some undone. */
const layout = [{ name: 'w', shape: [39 * STRIPE_COLUMNS + 5] }];
const stripes = stripesOf(layout);
const sources = cohortOf(2, layout).map((values) => ({ values }));
const spec = { sources, layout, profiled: 0 };

function run(threads?: number, fold: (from: number) => void = () => undefined): Promise<void> {
  return runStripes('gram', spec, stripes, (_, { from }) => fold(from), threads);
}

function sleepMs(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe('stripes over threads', () => {
  it('are folded in their order, whoever was done first', async () => {
    const seen: number[] = [];
    await run(3, (from) => seen.push(from));
    expect(seen).toEqual(stripes.map(({ from }) => from));
    expect(started).toHaveLength(3);
  });

  it('use the threads of the job before', async () => {
    await Promise.all([run(3), run(3)]);
    expect(started).toHaveLength(3);
  });

  it('end with compute_failed when a thread dies, and the next job gets new ones', async () => {
    const job = run(3, (from) => {
      if (from > 0) return;
      void started[1]?.terminate();
      // Nothing is asked of it, or of any other, before it is gone.
      sleepMs(1000);
    });
    await expect(job).rejects.toMatchObject({ code: 'compute_failed' });
    await run(3);
    expect(started).toHaveLength(6);
  });

  it('end with the error of whoever takes the results', async () => {
    const refused = run(2, (from) => {
      if (from > 0) throw new Error('no room');
    });
    await expect(refused).rejects.toThrow('no room');
    await expect(run(2)).resolves.toBeUndefined();
  });

  it('of a small cohort need no thread', async () => {
    const before = started.length;
    await run();
    expect(started).toHaveLength(before);
  });
});
