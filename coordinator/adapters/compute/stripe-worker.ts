/** A thread that runs passes over stripes. It knows no family and no federation. Started through `stripe-boot.mjs`. */
import { parentPort } from 'node:worker_threads';
import { Refusal } from '../../../shared/refusal.ts';
import { beginPass, type PassName, type PassResults } from './passes.ts';
import type { StripeReply, StripeRequest } from './stripe-messages.ts';
import type { Pass } from './stripes.ts';

let pass: Pass<PassResults[PassName]> | undefined;

function serve(request: StripeRequest): StripeReply | undefined {
  if (request.kind === 'stripe') {
    // After a stripe that failed there is no pass: the job was told, and asks for nothing more of it.
    const result = pass?.run(request.stripe);
    return result && { kind: 'result', index: request.index, result };
  }
  pass?.close();
  pass = request.kind === 'begin' ? beginPass(request.name, request.spec) : undefined;
  return undefined;
}

function failed(error: unknown): StripeReply {
  pass?.close();
  pass = undefined;
  if (error instanceof Refusal)
    return { kind: 'refusal', code: error.code, message: error.message, facts: error.facts };
  return { kind: 'error', message: error instanceof Error ? error.message : String(error) };
}

function bufferOf(part: unknown): ArrayBuffer[] {
  return part instanceof Float32Array || part instanceof Float64Array ? [part.buffer as ArrayBuffer] : [];
}

parentPort?.on('message', (request: StripeRequest) => {
  let reply: StripeReply | undefined;
  try {
    reply = serve(request);
  } catch (error) {
    reply = failed(error);
  }
  if (reply === undefined) return;
  // Handed over, not copied.
  const buffers = reply.kind === 'result' ? Object.values(reply.result).flatMap(bufferOf) : [];
  parentPort?.postMessage(reply, buffers);
});
