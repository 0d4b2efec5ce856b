import type { Situation } from '../../shared/wire/generated/vedette/v1/Situation.ts';
import type { EventType } from '../core/events.ts';
import type { Entry } from '../ports/journal.ts';
import type { Context } from './context.ts';
import { situationOf } from './situation.ts';

/**
 * Who follows. A change wakes every follower; each then computes its own situation and sends it when it differs from
 * the last one sent. A slow follower skips what it missed: the newest situation says all.
 */
export class Followers {
  readonly #context: Context;
  readonly #streams = new Set<Stream>();

  constructor(context: Context) {
    this.#context = context;
    context.desk.onAppend((entries) => this.#wake(affectedBy(entries)));
  }

  get count(): number {
    return this.#streams.size;
  }

  isFollowing(member: string): boolean {
    return [...this.#streams].some((stream) => stream.member === member);
  }

  /** Sends situations until the signal aborts. `treeSize` is the last head the member has checked. */
  async follow(
    member: string,
    treeSize: number,
    signal: AbortSignal,
    emit: (situation: Situation) => Promise<void>,
  ): Promise<void> {
    const stream: Stream = { member, stale: true, wake: undefined };
    this.#streams.add(stream);
    const wake = () => this.#rouse(stream);
    signal.addEventListener('abort', wake, { once: true });
    try {
      await this.#send(stream, treeSize, signal, emit);
    } finally {
      signal.removeEventListener('abort', wake);
      this.#streams.delete(stream);
    }
  }

  async #send(
    stream: Stream,
    treeSize: number,
    signal: AbortSignal,
    emit: (situation: Situation) => Promise<void>,
  ): Promise<void> {
    let seen = treeSize;
    let last = '';
    while (!signal.aborted) {
      stream.stale = false;
      const situation = await situationOf(this.#context, stream.member);
      const text = JSON.stringify({ ...situation, phase: undefined });
      if (situation && text !== last) {
        const head = this.#head(seen);
        seen = head.size;
        last = text;
        await emit({ ...situation, head: head.message });
      }
      await untilStale(stream);
    }
  }

  #head(from: number): { size: number; message: NonNullable<Situation['head']> } {
    const { prover } = this.#context;
    const consistency = prover.consistency(from).map((hash) => Buffer.from(hash, 'hex'));
    return { size: prover.size, message: { checkpoint: prover.checkpoint(), consistency } };
  }

  #wake(affected: ReadonlySet<string> | undefined): void {
    for (const stream of this.#streams) if (!affected || affected.has(stream.member)) this.#rouse(stream);
  }

  #rouse(stream: Stream): void {
    stream.stale = true;
    stream.wake?.();
  }
}

interface Stream {
  readonly member: string;
  /** Something happened since the situation was last computed. */
  stale: boolean;
  wake: (() => void) | undefined;
}

function untilStale(stream: Stream): Promise<void> {
  if (stream.stale) return Promise.resolve();
  return new Promise((resolve) => {
    stream.wake = () => {
      stream.wake = undefined;
      resolve();
    };
  });
}

/** Entries that change the situation of one member only. */
const OF_ONE_MEMBER: ReadonlySet<string> = new Set<EventType>([
  'update_received',
  'update_judged',
  'update_withdrawn',
  'vote_received',
  'certificate_issued',
  'node_reported',
  'standing_changed',
  'standing_recommended',
  'appeal_lodged',
]);

/** The members whose situation may have changed; undefined for all. */
function affectedBy(entries: readonly Entry[]): ReadonlySet<string> | undefined {
  if (!entries.every(({ type }) => OF_ONE_MEMBER.has(type))) return undefined;
  return new Set(entries.map(({ data }) => (data as { member: string }).member));
}
