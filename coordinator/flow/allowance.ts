import { Refusal } from '../../shared/refusal.ts';

/** So many calls of one kind in a window of time, for each caller: what else adds journal entries without bound. */
export class Allowance {
  readonly #calls = new Map<string, number[]>();
  readonly #what: string;
  readonly #most: number;
  readonly #windowMs: number;

  constructor(what: string, most: number, windowMs: number) {
    this.#what = what;
    this.#most = most;
    this.#windowMs = windowMs;
  }

  /** Counts one call. Refuses `too_frequent` with the bound. */
  spend(caller: string, nowMs: number): void {
    const recent = (this.#calls.get(caller) ?? []).filter((atMs) => nowMs - atMs < this.#windowMs);
    if (recent.length >= this.#most) {
      const windowSeconds = this.#windowMs / 1000;
      throw new Refusal(
        'too_frequent',
        `${recent.length} ${this.#what} within ${windowSeconds} s (bound ${this.#most})`,
        {
          bound: this.#most,
          windowSeconds,
        },
      );
    }
    this.#calls.set(caller, [...recent, nowMs]);
  }
}
