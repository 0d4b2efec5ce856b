/** Blobs over the wire, resumable at any byte: what is durable counts, not what was sent. */
import { Refusal } from '../../../shared/refusal.ts';
import { checkDigest } from '../../../shared/wire/digest.ts';
import type { GetChunkInput } from '../../../shared/wire/generated/vedette/v1/GetChunk.ts';
import type { GetRequest } from '../../../shared/wire/generated/vedette/v1/GetRequest.ts';
import type { PutChunk } from '../../../shared/wire/generated/vedette/v1/PutChunk.ts';
import type { StatReplyInput } from '../../../shared/wire/generated/vedette/v1/StatReply.ts';
import type { TransferHandlers } from '../../../shared/wire/generated/vedette/v1/Transfer.ts';
import { CHUNK_BYTES, STALL_MS } from '../../../shared/wire/limits.ts';
import { TRANSFER } from '../../../shared/wire/protocol.ts';
import { withoutStall } from '../../../shared/wire/stall.ts';
import { crashPoint } from '../../flow/crash-points.ts';
import type { Blobs, StagedUpload } from '../../ports/blobs.ts';
import type { Caller } from './caller.ts';
import { type CallContext, type Emit, type Implementation, implement } from './serve.ts';

/** Who may move what, and who wants to know that something moves. */
export interface TransferRules {
  /** Throws the refusal when this caller may not upload this blob now: `upload_not_expected`, `blob_too_large`, … */
  mayUpload(caller: Caller, digest: string, sizeBytes: number): void;
  /** What may not be read looks as if it were missing. */
  mayRead(caller: Caller, digest: string): boolean;
  /** Payload bytes that moved, either way: a caller that moves is waited for. */
  moved(caller: Caller, bytes: number, direction: 'in' | 'out'): void;
}

export function transferService(blobs: Blobs, rules: TransferRules): Implementation {
  return implement<TransferHandlers>(TRANSFER, {
    Stat: async ({ digest }, { caller }) => {
      checkDigest(digest);
      return await blobs.progress(caller.id, digest);
    },
    Put: async (chunks, context) => await receive(blobs, rules, chunks, context),
    Get: async (request, context, emit) => await send(blobs, rules, request, context, emit),
  });
}

async function receive(
  blobs: Blobs,
  rules: TransferRules,
  incoming: AsyncIterable<PutChunk>,
  { caller, signal }: CallContext,
): Promise<StatReplyInput> {
  const chunks = withoutStall(incoming, STALL_MS);
  try {
    const { value: first } = await chunks.next();
    if (!first) throw new Refusal('chunk_invalid', 'an upload without a chunk');
    const { digest, size } = first;
    checkAnnounced(digest, size);
    // Whatever arrives of a blob that is there already is of no use; the reply says so. To a caller without a seat too:
    // one that never heard that its update was taken comes with the same bytes again before it asks for its receipt.
    if ((await blobs.progress(caller.id, digest)).complete) return { durableBytes: size, complete: true };
    rules.mayUpload(caller, digest, size);
    return await stageAll(await blobs.stage(caller.id, digest, size), first, chunks, {
      signal,
      moved: (bytes) => rules.moved(caller, bytes, 'in'),
    });
  } finally {
    await chunks.return();
  }
}

async function stageAll(
  staged: StagedUpload,
  first: PutChunk,
  rest: AsyncIterable<PutChunk>,
  { signal, moved }: { signal: AbortSignal; moved: (bytes: number) => void },
): Promise<StatReplyInput> {
  try {
    await stageOne(staged, first, moved);
    if (staged.durableBytes < staged.size) crashPoint('upload-half-way');
    for await (const chunk of rest) {
      signal.throwIfAborted();
      checkContinues(chunk, staged);
      await stageOne(staged, chunk, moved);
    }
    if (staged.durableBytes < staged.size) return { durableBytes: staged.durableBytes, complete: false };
    await staged.finish();
    crashPoint('upload-durable');
    return { durableBytes: staged.size, complete: true };
  } finally {
    await staged.close();
  }
}

async function stageOne(staged: StagedUpload, { offset, data }: PutChunk, moved: (bytes: number) => void) {
  if (data.length > CHUNK_BYTES) {
    throw new Refusal('chunk_invalid', `a chunk of ${data.length} bytes (bound ${CHUNK_BYTES})`, {
      bytes: data.length,
      bound: CHUNK_BYTES,
    });
  }
  await staged.append(offset, data);
  moved(data.length);
}

function checkAnnounced(digest: string, size: number): void {
  checkDigest(digest);
  if (!Number.isSafeInteger(size) || size < 1) {
    throw new Refusal('chunk_invalid', `the first chunk announces a size of ${size} bytes`, { size });
  }
}

function checkContinues({ digest, size }: PutChunk, staged: StagedUpload): void {
  if ((digest === '' || digest === staged.digest) && (size === 0 || size === staged.size)) return;
  throw new Refusal('chunk_invalid', 'a chunk of another blob within this upload');
}

async function send(
  blobs: Blobs,
  rules: TransferRules,
  { digest, offset }: GetRequest,
  { caller }: CallContext,
  emit: Emit<GetChunkInput>,
): Promise<void> {
  checkDigest(digest);
  const size = rules.mayRead(caller, digest) ? await blobs.size(digest) : undefined;
  if (size === undefined) throw new Refusal('blob_missing', `no blob ${digest} for this caller`, { digest });
  if (!Number.isSafeInteger(offset) || offset > size) {
    throw new Refusal('chunk_invalid', `a download from byte ${offset} of a blob of ${size} bytes`, {
      offset,
      size,
    });
  }
  await emit({ size, offset, data: Buffer.alloc(0) });
  let at = offset;
  // One chunk is on its way while the next is read.
  let sent: Promise<void> = Promise.resolve();
  for await (const data of inChunks(blobs.read(digest, offset))) {
    await sent;
    sent = emit({ offset: at, data });
    // Awaited in a moment; until then nobody else may call it unhandled.
    sent.catch(() => {});
    rules.moved(caller, data.length, 'out');
    at += data.length;
  }
  await sent;
}

async function* inChunks(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const piece of pieces) {
    for (let start = 0; start < piece.length; start += CHUNK_BYTES)
      yield piece.subarray(start, start + CHUNK_BYTES);
  }
}
