/** Requests of one call that leave no faster than the other side takes them. */
import type { ClientWritableStream } from '@grpc/grpc-js';
import { Refusal } from '../refusal.ts';
import { CHUNKS_IN_FLIGHT, STALL_MS } from './limits.ts';
import { withinTime } from './stall.ts';

/** A stream of requests with one reply at its end. */
export interface OutgoingStream<Request, Reply> {
  /** Resolves when there is room for the next. Refuses what ended the call, or `deadline` when nothing moves. */
  write(request: Request): Promise<void>;
  finish(): Promise<Reply>;
  cancel(): void;
}

export class PacedStream<Request, Reply> implements OutgoingStream<Request, Reply> {
  readonly #call: ClientWritableStream<Request>;
  readonly #reply: Promise<Reply>;
  /** Resolves with the call's failure; never rejects, so that nobody must listen. */
  readonly #failed: Promise<never>;
  readonly #leaving: Promise<void>[] = [];

  constructor(call: ClientWritableStream<Request>, reply: Promise<Reply>) {
    this.#call = call;
    this.#reply = reply;
    this.#failed = reply.then(() => {
      throw new Refusal('unavailable', 'the coordinator answered before the last chunk');
    });
    this.#failed.catch(() => {});
  }

  async write(request: Request): Promise<void> {
    const left = new Promise<void>((resolve) => {
      this.#call.write(request, () => resolve());
    });
    this.#leaving.push(left);
    if (this.#leaving.length < CHUNKS_IN_FLIGHT) return;
    await withinTime(Promise.race([this.#leaving.shift(), this.#failed]), STALL_MS);
  }

  async finish(): Promise<Reply> {
    this.#call.end();
    return await withinTime(this.#reply, STALL_MS);
  }

  cancel(): void {
    this.#call.cancel();
  }
}
