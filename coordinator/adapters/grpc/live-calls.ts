import { Refusal } from '../../../shared/refusal.ts';
import { MAX_CALLS_PER_KEY } from '../../../shared/wire/limits.ts';

/** A call under way that can be ended from outside. */
export interface LiveCall {
  readonly did: string;
  /** A stream that waits for news: ended first when the server drains. */
  readonly follows: boolean;
  end(reason: Refusal): void;
}

/** The calls under way, by key, so that a change of standing ends what it forbids. */
export class LiveCalls {
  readonly #byDid = new Map<string, Set<LiveCall>>();

  /** Refuses `call_flood`. Calls without a key, such as health checks, are bounded by their connections only. */
  requireRoom(did: string): void {
    const live = this.#byDid.get(did)?.size ?? 0;
    if (did === '' || live < MAX_CALLS_PER_KEY) return;
    throw new Refusal('call_flood', `${live} calls of one key are under way (bound ${MAX_CALLS_PER_KEY})`, {
      live,
      bound: MAX_CALLS_PER_KEY,
    });
  }

  add(call: LiveCall): void {
    const calls = this.#byDid.get(call.did);
    if (calls) calls.add(call);
    else this.#byDid.set(call.did, new Set([call]));
  }

  remove(call: LiveCall): void {
    const calls = this.#byDid.get(call.did);
    calls?.delete(call);
    if (calls?.size === 0) this.#byDid.delete(call.did);
  }

  endOf(did: string, reason: Refusal): void {
    for (const call of [...(this.#byDid.get(did) ?? [])]) call.end(reason);
  }

  endFollowers(reason: Refusal): void {
    for (const call of this.#all()) if (call.follows) call.end(reason);
  }

  endAll(reason: Refusal): void {
    for (const call of this.#all()) call.end(reason);
  }

  get size(): number {
    return this.#all().length;
  }

  #all(): LiveCall[] {
    return [...this.#byDid.values()].flatMap((calls) => [...calls]);
  }
}
