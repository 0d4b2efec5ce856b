/** The compute port over one persistent worker thread. */
import { Worker } from 'node:worker_threads';
import { Refusal } from '../../../shared/refusal.ts';
import type { Compute } from '../../ports/compute.ts';
import type { Call, JobOf, Reply, Request, ResultOf, WorkerModules } from './messages.ts';

interface PendingJob {
  readonly request: Request;
  resolve(result: ResultOf<Call>): void;
  reject(error: Error): void;
}

/** Modules replace what the worker learns with; `observe` is told how long each job took, in seconds. */
export type WorkerComputeOptions = Partial<WorkerModules> & {
  readonly observe?: (job: Call, seconds: number) => void;
};

const MODULES: WorkerModules = {
  families: new URL('../../../shared/learning/families.ts', import.meta.url).href,
  backend: new URL('../../../shared/learning/backend.ts', import.meta.url).href,
};

/**
 * Jobs run one at a time, in the order asked; the worker starts with the first. When it dies, the job it had is
 * refused with `compute_failed` and the next one gets a new worker. After `close`, every job is refused `unavailable`.
 */
export class WorkerCompute implements Compute {
  readonly #modules: WorkerModules;
  readonly #observe: (job: Call, seconds: number) => void;
  readonly #waiting: PendingJob[] = [];
  #startedMs = 0;
  #running: PendingJob | undefined;
  #worker: Worker | undefined;
  #closed = false;

  constructor({ observe = () => {}, ...modules }: WorkerComputeOptions = {}) {
    this.#observe = observe;
    this.#modules = { ...MODULES, ...modules };
  }

  inspect(job: JobOf<'inspect'>): Promise<ResultOf<'inspect'>> {
    return this.#ask('inspect', job);
  }

  aggregate(job: JobOf<'aggregate'>): Promise<ResultOf<'aggregate'>> {
    return this.#ask('aggregate', job);
  }

  measure(job: JobOf<'measure'>): Promise<ResultOf<'measure'>> {
    return this.#ask('measure', job);
  }

  audit(job: JobOf<'audit'>): Promise<ResultOf<'audit'>> {
    return this.#ask('audit', job);
  }

  assemble(job: JobOf<'assemble'>): Promise<ResultOf<'assemble'>> {
    return this.#ask('assemble', job);
  }

  start(job: JobOf<'start'>): Promise<ResultOf<'start'>> {
    return this.#ask('start', job);
  }

  layout(job: JobOf<'layout'>): Promise<ResultOf<'layout'>> {
    return this.#ask('layout', job);
  }

  evaluate(job: JobOf<'evaluate'>): Promise<ResultOf<'evaluate'>> {
    return this.#ask('evaluate', job);
  }

  backend(): Promise<string> {
    return this.#ask('backend', undefined);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const worker = this.#worker;
    this.#worker = undefined;
    const left = this.#running === undefined ? this.#waiting : [this.#running, ...this.#waiting];
    this.#running = undefined;
    for (const job of left.splice(0)) job.reject(closed());
    await worker?.terminate();
  }

  #ask<C extends Call>(call: C, job: JobOf<C>): Promise<ResultOf<C>> {
    if (this.#closed) return Promise.reject(closed());
    return new Promise<ResultOf<C>>((resolve, reject) => {
      // A reply is that of the one job running: its result is of the type its call promises.
      const pending = {
        request: { call, job } as Request,
        resolve: resolve as PendingJob['resolve'],
        reject,
      };
      this.#waiting.push(pending);
      this.#next();
    });
  }

  #next(): void {
    if (this.#running !== undefined) return;
    const job = this.#waiting.shift();
    if (job === undefined) return;
    this.#running = job;
    this.#startedMs = performance.now();
    this.#worker ??= this.#startWorker();
    this.#worker.postMessage(job.request);
  }

  #startWorker(): Worker {
    const worker = new Worker(new URL('./boot.mjs', import.meta.url), { workerData: this.#modules });
    let cause = '';
    worker.on('message', (reply: Reply) => {
      if (worker === this.#worker) this.#settle((job) => deliver(reply, job));
    });
    worker.on('error', (error) => {
      cause = `: ${error instanceof Error ? error.message : String(error)}`;
    });
    worker.on('exit', (exitCode) => {
      if (worker !== this.#worker) return;
      this.#worker = undefined;
      this.#settle(({ request, reject }) =>
        reject(
          new Refusal('compute_failed', `the worker died in job ${request.call} (exit ${exitCode})${cause}`, {
            exitCode,
          }),
        ),
      );
    });
    return worker;
  }

  #settle(how: (job: PendingJob) => void): void {
    const job = this.#running;
    this.#running = undefined;
    if (job !== undefined) {
      this.#observe(job.request.call, (performance.now() - this.#startedMs) / 1000);
      how(job);
    }
    this.#next();
  }
}

function deliver(reply: Reply, job: PendingJob): void {
  if ('result' in reply) job.resolve(reply.result);
  else if ('refusal' in reply)
    job.reject(new Refusal(reply.refusal.code, reply.refusal.message, reply.refusal.facts));
  else job.reject(Object.assign(new Error(reply.error.message), { stack: reply.error.stack }));
}

function closed(): Refusal {
  return new Refusal('unavailable', 'the compute worker was closed');
}
