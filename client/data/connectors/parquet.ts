/**
 * Apache Parquet, one row group in memory at a time, only the columns asked for. Decoding happens in a worker thread
 * of its own: a large row group does not hold up the client, and a damaged one, which can send a decoder round in
 * circles or through all memory, costs that thread and nothing else.
 */
import { Worker } from 'node:worker_threads';
import { Refusal } from '../../../shared/refusal.ts';
import type { Connector, DataRecord } from './connector.ts';
import type { ParquetJob, ParquetReply, ParquetRequest } from './parquet-worker.ts';

/** Heap of the decoding thread, MiB: a row group within its bound, as rows of texts. */
const DECODER_HEAP_MIB = 4096;

export interface ParquetOptions extends ParquetJob {
  /** The longest that one row group may take to decode. Default two minutes. */
  readonly decodeWithinMs?: number;
}

/** Opens a Parquet file. Refuses with `data_missing`, `data_empty`, `data_format`, `data_line_too_long`. */
export async function openParquet({
  path,
  wanted,
  decodeWithinMs = 120_000,
}: ParquetOptions): Promise<Connector> {
  const worker = new Worker(new URL('./parquet-boot.mjs', import.meta.url), {
    workerData: { path, wanted } satisfies ParquetJob,
    resourceLimits: { maxOldGenerationSizeMb: DECODER_HEAP_MIB },
  });
  // Between requests the thread must not keep the process alive, should the reader walk away.
  worker.unref();
  try {
    const reply = await ask(worker, 'open', path, decodeWithinMs);
    if (!('columns' in reply)) throw damaged(path, 'its columns cannot be read');
    return {
      columns: reply.columns,
      records: groups(worker, reply.groups, path, decodeWithinMs),
      close: async () => void (await worker.terminate()),
    };
  } catch (error) {
    await worker.terminate();
    throw error;
  }
}

async function* groups(
  worker: Worker,
  count: number,
  path: string,
  decodeWithinMs: number,
): AsyncGenerator<readonly DataRecord[]> {
  try {
    for (let group = 0; group < count; group += 1) {
      const reply = await ask(worker, group, path, decodeWithinMs);
      if ('records' in reply) yield reply.records;
    }
  } finally {
    await worker.terminate();
  }
}

/** One request, one reply; a refusal from the other side, a dead thread or a late answer is thrown. */
function ask(
  worker: Worker,
  request: ParquetRequest,
  path: string,
  decodeWithinMs: number,
): Promise<ParquetReply> {
  return new Promise<ParquetReply>((resolve, reject) => {
    const timer = setTimeout(
      () => settle(() => reject(damaged(path, `no answer within ${decodeWithinMs} ms`))),
      decodeWithinMs,
    );
    const onMessage = (reply: ParquetReply) => settle(() => deliver(reply, resolve, reject));
    const onError = (error: unknown) =>
      settle(() => reject(damaged(path, error instanceof Error ? error.message : 'the decoder died')));
    const onExit = () => settle(() => reject(damaged(path, 'the decoder died')));
    function settle(how: () => void): void {
      clearTimeout(timer);
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      how();
    }
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    worker.postMessage(request);
  });
}

function deliver(
  reply: ParquetReply,
  resolve: (reply: ParquetReply) => void,
  reject: (error: Refusal) => void,
): void {
  if ('refusal' in reply) reject(new Refusal(reply.refusal.code, reply.refusal.message, reply.refusal.facts));
  else resolve(reply);
}

function damaged(path: string, reason: string): Refusal {
  return new Refusal('data_format', `${path}: decoding failed: ${reason}`, { path });
}
