import { Refusal } from '../refusal.ts';
import type { VerifiedRequest } from './request-token.ts';

/** Live tokens one caller may have: 1,000 calls a second for the minute that a token lives. About 100 bytes each. */
export const MAX_LIVE_TOKENS_PER_CALLER = 60_000;

/**
 * Lets each request token through once, and forgets it when it has expired. Bounded for each caller, so that one
 * enrolled node that floods runs into its own bound and into nobody else's memory.
 */
export class ReplayGuard {
  readonly #seen = new Map<string, { readonly did: string; readonly expiresAtMs: number }>();
  readonly #liveByCaller = new Map<string, number>();
  readonly #maxPerCaller: number;

  constructor(maxPerCaller = MAX_LIVE_TOKENS_PER_CALLER) {
    this.#maxPerCaller = maxPerCaller;
  }

  get size(): number {
    return this.#seen.size;
  }

  /** Takes note of a verified token. Refuses `token_replayed`, or `token_flood` beyond the bound of this caller. */
  admit({ did, jti, expiresAtMs }: VerifiedRequest, now: number): void {
    this.#forgetExpired(now);
    const token = `${did} ${jti}`;
    if (this.#seen.has(token)) throw new Refusal('token_replayed', 'this request token was used before');
    const live = this.#liveByCaller.get(did) ?? 0;
    if (live >= this.#maxPerCaller) {
      throw new Refusal(
        'token_flood',
        `${live} live request tokens of one caller (bound ${this.#maxPerCaller})`,
        {
          live,
          bound: this.#maxPerCaller,
        },
      );
    }
    this.#seen.set(token, { did, expiresAtMs });
    this.#liveByCaller.set(did, live + 1);
  }

  /** Tokens come nearly in the order they expire, so the front is where the expired are; a stray waits a minute more. */
  #forgetExpired(now: number): void {
    for (const [token, { did, expiresAtMs }] of this.#seen) {
      if (expiresAtMs > now) return;
      this.#seen.delete(token);
      const left = (this.#liveByCaller.get(did) ?? 1) - 1;
      if (left === 0) this.#liveByCaller.delete(did);
      else this.#liveByCaller.set(did, left);
    }
  }
}
