/** The compute worker: serves one job after the other until it is told to end. Started through `boot.mjs`. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Federation } from '../../../shared/federation/schema.ts';
import { Refusal } from '../../../shared/refusal.ts';
import { readTensors } from '../../../shared/tensors/column-reader.ts';
import { writeTensors } from '../../../shared/tensors/tensor-file.ts';
import { aggregateUpdates } from './aggregate.ts';
import { auditSums } from './audit.ts';
import { Canaries, type CanarySet } from './canaries.ts';
import { evaluateModel } from './evaluate.ts';
import { inspectUpdate } from './inspect.ts';
import { Learning } from './learning.ts';
import { measureCohort } from './measure.ts';
import type { Call, JobOf, Reply, Request, ResultOf, WorkerModules } from './messages.ts';

const canaries = new Canaries();
const learning = new Learning(workerData as WorkerModules);

const handlers: { readonly [C in Call]: (job: JobOf<C>) => Promise<ResultOf<C>> } = {
  async inspect(job) {
    return inspectUpdate(job, await learning.step(job.federation, job.step));
  },
  async aggregate(job) {
    const step = await learning.step(job.federation, job.step);
    return aggregateUpdates(job, step, await canariesOf(job));
  },
  async layout({ federation, step, base }) {
    return (await learning.step(federation, step)).layout(readTensors(base));
  },
  async start({ federation, out }) {
    const family = await learning.family(federation);
    writeTensors(out, family.start());
    return out;
  },
  async assemble({ federation, base, out }) {
    const family = await learning.family(federation);
    writeTensors(out, family.assemble(readTensors(base)));
    return out;
  },
  async evaluate({ federation, model, canaryFile }) {
    const family = await learning.family(federation);
    return evaluateModel(family, readTensors(model), await canaries.read(federation, canaryFile));
  },
  async measure(job) {
    const family = await learning.family(job.federation);
    const step = await learning.step(job.federation, job.step);
    return measureCohort(job, family, step, await canariesOf(job));
  },
  async audit(job) {
    const family = await learning.family(job.federation);
    const step = await learning.step(job.federation, job.step);
    return auditSums(job, family, step, await canaries.read(job.federation, job.canaryFile));
  },
  backend: () => learning.backend(),
};

/** The canary set, where the federation has one. */
async function canariesOf(job: {
  readonly federation: Federation;
  readonly canaryFile: string | undefined;
}): Promise<CanarySet | undefined> {
  return job.canaryFile === undefined ? undefined : canaries.read(job.federation, job.canaryFile);
}

async function serve({ call, job }: Request): Promise<Reply> {
  try {
    // The request type pairs each call with its job, which the compiler cannot follow through an index.
    const handler = handlers[call] as (job: unknown) => Promise<ResultOf<Call>>;
    return { result: await handler(job) };
  } catch (error) {
    if (error instanceof Refusal)
      return { refusal: { code: error.code, message: error.message, facts: error.facts } };
    if (error instanceof Error) return { error: { message: error.message, stack: error.stack } };
    return { error: { message: String(error), stack: undefined } };
  }
}

parentPort?.on('message', async (request: Request) => {
  parentPort?.postMessage(await serve(request));
});
