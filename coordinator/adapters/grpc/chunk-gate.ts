/**
 * Holds chunks back until the handler has dealt with the ones before. grpc-js reads ahead by 16 messages, which for
 * chunks of 1 MiB would make each upload cost 16 MiB; a message held here stops it from reading, and so the sender.
 */
export class ChunkGate {
  #credits: number;
  #held: (() => void) | undefined;

  constructor(inFlight: number) {
    this.#credits = inFlight;
  }

  /** At most one chunk is held at a time: the next is read only after this one was delivered. */
  pass(deliver: () => void): void {
    if (this.#credits > 0) {
      this.#credits -= 1;
      deliver();
    } else {
      this.#held = deliver;
    }
  }

  /** The handler is done with one chunk. */
  release(): void {
    const deliver = this.#held;
    this.#held = undefined;
    if (deliver) deliver();
    else this.#credits += 1;
  }
}
