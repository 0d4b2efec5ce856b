import type { Bus } from '../../ports/bus.ts';
import type { Entry } from '../../ports/journal.ts';

export type Subscriber = (entries: readonly Entry[]) => unknown;

/** Tells subscribers of this process. They are called after `tell` has returned, each on its own, never awaited. */
export class InProcessBus implements Bus {
  readonly #subscribers = new Set<Subscriber>();
  readonly #failed: (error: unknown) => void;

  /** `failed` is told when a subscriber throws or rejects; the others, and the caller, do not notice. */
  constructor(failed: (error: unknown) => void = () => {}) {
    this.#failed = failed;
  }

  /** From the next `tell` on; the function returned ends it. */
  subscribe(subscriber: Subscriber): () => void {
    this.#subscribers.add(subscriber);
    return () => this.#subscribers.delete(subscriber);
  }

  tell(entries: readonly Entry[]): void {
    for (const subscriber of this.#subscribers) {
      queueMicrotask(() => {
        if (this.#subscribers.has(subscriber)) void this.#deliver(subscriber, entries);
      });
    }
  }

  async close(): Promise<void> {
    this.#subscribers.clear();
  }

  async #deliver(subscriber: Subscriber, entries: readonly Entry[]): Promise<void> {
    try {
      await subscriber(entries);
    } catch (error) {
      this.#failed(error);
    }
  }
}
