/** Who moves: bytes that became durable, or training that advanced. Kept in memory only: a restart opens it anew. */

/** Bytes that count as a move; trickling less than this per idle window is standing still. */
export const MIN_MOVED_BYTES = 16 * 1024;
/** Part of the training that counts as a move, so that a node can buy at most 100 idle windows. */
const MIN_TRAINED_SHARE = 0.01;

interface Track {
  movedAtMs: number;
  bytes: number;
  share: number;
}

export class ProgressBook {
  readonly #tracks = new Map<string, Track>();

  /** Forgets the last round; everyone in the new cohort counts as just having moved. */
  open(cohort: readonly string[], nowMs: number): void {
    this.#tracks.clear();
    for (const member of cohort) this.#tracks.set(member, { movedAtMs: nowMs, bytes: 0, share: 0 });
  }

  moved(member: string, bytes: number, nowMs: number): void {
    const track = this.#tracks.get(member);
    if (!track) return;
    track.bytes += bytes;
    if (track.bytes < MIN_MOVED_BYTES) return;
    track.bytes = 0;
    track.movedAtMs = nowMs;
  }

  trained(member: string, done: number, of: number, nowMs: number): void {
    const track = this.#tracks.get(member);
    const share = of > 0 ? Math.min(1, done / of) : 0;
    if (!track || !(share >= track.share + MIN_TRAINED_SHARE)) return;
    track.share = share;
    track.movedAtMs = nowMs;
  }

  /** Members that moved within the last `idleMs`. */
  moving(idleMs: number, nowMs: number): ReadonlySet<string> {
    const movers = [...this.#tracks].filter(([, track]) => nowMs - track.movedAtMs < idleMs);
    return new Set(movers.map(([member]) => member));
  }
}
