/** Spreads the stripes of a pass over threads. What comes back is folded in the order of the stripes. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { Refusal } from '../../../shared/refusal.ts';
import { beginPass, type PassName, type PassResults, type PassSpecs } from './passes.ts';
import type { StripeReply, StripeRequest } from './stripe-messages.ts';
import { runHere, type Stripe } from './stripes.ts';
import type { RowSource } from './tile.ts';

/** Threads beyond this wait for memory more than they compute. */
const MOST_THREADS = 4;
/** Fewer values than this, over all rows, are done before a thread has started. */
const LEAST_VALUES = 8_000_000;
/** Stripes a thread has before it: the next one is there when one is done. */
const STRIPES_AHEAD = 2;

type Fold<Name extends PassName> = (result: PassResults[Name], stripe: Stripe) => void;

/**
 * Runs a pass over all stripes; `fold` is called once for each, in their order. `threads` 1 is this thread. By default
 * one for each core, at most 4, and this thread for small cohorts. Refuses what the pass refuses, and `compute_failed`
 * when a thread dies.
 */
export async function runStripes<Name extends PassName>(
  name: Name,
  spec: PassSpecs[Name],
  stripes: readonly Stripe[],
  fold: Fold<Name>,
  threads = threadsFor(spec.sources.length, stripes),
): Promise<void> {
  const most = Math.min(threads, stripes.length);
  if (most <= 1) return runHere(beginPass(name, spec), stripes, fold);
  const shared = { ...spec, sources: spec.sources.map(sharedSource) };
  const job = new StripeJob(stripes, fold as Fold<PassName>);
  const before = busy;
  const run = before.then(() => job.run({ kind: 'begin', name, spec: shared }, most));
  busy = run.catch(() => undefined);
  return run;
}

/** Jobs of one process follow one another: each has all the threads. */
let busy: Promise<void> = Promise.resolve();

/** Threads that wait for the next job. They do not keep the process alive. */
const idle: Worker[] = [];

function threadsFor(rows: number, stripes: readonly Stripe[]): number {
  const columns = stripes.reduce((sum, stripe) => sum + stripe.columns, 0);
  return rows * columns < LEAST_VALUES ? 1 : Math.min(availableParallelism(), MOST_THREADS);
}

/** Values in memory are shared with all threads instead of copied to each. */
function sharedSource(source: RowSource): RowSource {
  if ('path' in source) return source;
  if ('values' in source) {
    const values = new Float32Array(new SharedArrayBuffer(source.values.byteLength));
    values.set(source.values);
    return { values };
  }
  const bytes = new Uint8Array(new SharedArrayBuffer(source.bytes.byteLength));
  bytes.set(source.bytes);
  return { bytes };
}

class StripeJob {
  readonly #stripes: readonly Stripe[];
  readonly #fold: Fold<PassName>;
  /** Results that came before their turn. */
  readonly #early = new Map<number, PassResults[PassName]>();
  #asked = 0;
  #folded = 0;

  constructor(stripes: readonly Stripe[], fold: Fold<PassName>) {
    this.#stripes = stripes;
    this.#fold = fold;
  }

  async run(begin: StripeRequest, threads: number): Promise<void> {
    const workers = Array.from({ length: threads }, () => idle.pop() ?? startWorker());
    const releases: (() => void)[] = [];
    try {
      await new Promise<void>((resolve, reject) => {
        for (const worker of workers) releases.push(this.#drive(worker, begin, resolve, reject));
      });
    } catch (error) {
      // What they are at is of no use any more, and a reply of it would be taken for one of the next job.
      for (const worker of workers) void worker.terminate();
      throw error;
    } finally {
      for (const release of releases) release();
    }
    for (const worker of workers) rest(worker);
  }

  /** Returns how to stop listening. */
  #drive(
    worker: Worker,
    begin: StripeRequest,
    resolve: () => void,
    reject: (error: Error) => void,
  ): () => void {
    const hear = (reply: StripeReply) => {
      if (reply.kind !== 'result') return reject(errorOf(reply));
      try {
        this.#take(reply.index, reply.result);
      } catch (error) {
        return reject(error as Error);
      }
      if (this.#folded === this.#stripes.length) resolve();
      else this.#ask(worker);
    };
    const fail = (error: Error) => reject(died(error));
    const end = () => reject(died());
    worker.on('message', hear).on('error', fail).on('exit', end);
    worker.ref();
    post(worker, begin);
    for (let ahead = 0; ahead < STRIPES_AHEAD; ahead++) this.#ask(worker);
    return () => worker.off('message', hear).off('error', fail).off('exit', end);
  }

  #ask(worker: Worker): void {
    const stripe = this.#stripes[this.#asked];
    if (stripe !== undefined) post(worker, { kind: 'stripe', stripe, index: this.#asked++ });
  }

  #take(index: number, result: PassResults[PassName]): void {
    this.#early.set(index, result);
    for (;;) {
      const stripe = this.#stripes[this.#folded];
      const next = this.#early.get(this.#folded);
      if (stripe === undefined || next === undefined) return;
      this.#early.delete(this.#folded++);
      this.#fold(next, stripe);
    }
  }
}

function startWorker(): Worker {
  const worker = new Worker(new URL('./stripe-boot.mjs', import.meta.url), {
    // Its values live outside the heap; a heap of the usual size would only put off collecting them.
    resourceLimits: { maxYoungGenerationSizeMb: 4 },
  });
  // Without a listener an error between two jobs would end the process; what follows it is the exit.
  worker.on('error', () => undefined);
  worker.on('exit', () => {
    if (idle.includes(worker)) idle.splice(idle.indexOf(worker), 1);
  });
  return worker;
}

function rest(worker: Worker): void {
  post(worker, { kind: 'end' });
  worker.unref();
  idle.push(worker);
}

function post(worker: Worker, request: StripeRequest): void {
  worker.postMessage(request);
}

function errorOf(reply: Exclude<StripeReply, { kind: 'result' }>): Error {
  if (reply.kind === 'refusal') return new Refusal(reply.code, reply.message, reply.facts);
  return new Error(reply.message);
}

function died(error?: unknown): Refusal {
  const cause = error instanceof Error ? `: ${error.message}` : '';
  return new Refusal('compute_failed', `a thread died while it worked on updates${cause}`);
}
