/**
 * The journal as this node has seen it. Every head must continue the one before; whatever does not is a fork, and a
 * fork is the one thing after which the node stops by itself.
 */
import type { TrustedLog } from '../../shared/provenance/log-proof.ts';
import { Refusal } from '../../shared/refusal.ts';
import { type TreeHead, verifyCheckpoint } from '../../shared/transparency/checkpoint.ts';
import { verifyConsistency } from '../../shared/transparency/merkle-proof.ts';
import { EMPTY_ROOT } from '../../shared/transparency/merkle-tree.ts';

export interface OfferedHead {
  readonly checkpoint: string;
  /** Hashes of the proof, raw. */
  readonly consistency: readonly Uint8Array[];
}

export class SeenLog {
  readonly #log: TrustedLog;
  #head: TreeHead;
  /** The newest head of a receipt that no proof has linked to the others yet. */
  #unlinked: TreeHead | undefined;

  constructor(log: TrustedLog, head: TreeHead | undefined) {
    this.#log = log;
    this.#head = head ?? { origin: log.origin, size: 0, root: EMPTY_ROOT };
  }

  /** The last head that was checked: ask for a proof from its size. */
  get head(): TreeHead {
    return this.#head;
  }

  /** A receipt's head that awaits a proof, if there is one. */
  get unlinked(): TreeHead | undefined {
    return this.#unlinked;
  }

  /** Takes the offered head if it carries the proof that it continues the one known. Refuses `checkpoint_invalid`. */
  offer(offered: OfferedHead): boolean {
    const next = verifyCheckpoint(offered.checkpoint, this.#log);
    if (!linked(this.#head, next, offered)) return false;
    this.#head = next;
    this.#settleUnlinked(next);
    return true;
  }

  /** Takes a head whose proof was asked for from the size known. Refuses `log_inconsistent`, `checkpoint_invalid`. */
  demand(offered: OfferedHead): void {
    if (!this.offer(offered)) throw forked(this.#head, verifyCheckpoint(offered.checkpoint, this.#log));
  }

  /** A receipt's head: signed, but without a proof. Equal sizes must have equal roots; the rest waits for `link`. */
  noteReceipt(head: TreeHead): void {
    for (const known of [this.#head, this.#unlinked]) {
      if (known?.size === head.size && known.root !== head.root) throw forked(known, head);
    }
    if (head.size > Math.max(this.#head.size, this.#unlinked?.size ?? 0)) this.#unlinked = head;
  }

  /** Takes the proof that the log now continues the receipt's head. Refuses `log_inconsistent`. */
  link(receiptHead: TreeHead, offered: OfferedHead): void {
    const next = verifyCheckpoint(offered.checkpoint, this.#log);
    if (!linked(receiptHead, next, offered)) throw forked(receiptHead, next);
    if (this.#unlinked?.size === receiptHead.size) this.#unlinked = undefined;
  }

  #settleUnlinked(next: TreeHead): void {
    if (this.#unlinked?.size !== next.size) return;
    if (this.#unlinked.root !== next.root) throw forked(this.#unlinked, next);
    this.#unlinked = undefined;
  }
}

function linked(from: TreeHead, to: TreeHead, { consistency }: OfferedHead): boolean {
  if (from.size > to.size) return false;
  const path = consistency.map((hash) => Buffer.from(hash).toString('hex'));
  // A log that has nothing yet proves nothing: its first head is believed for its signature.
  const needed = from.size === 0 || from.size === to.size ? [] : path;
  return verifyConsistency({
    from: from.size,
    fromRoot: from.root,
    to: to.size,
    toRoot: to.root,
    path: needed,
  });
}

function forked(known: TreeHead, offered: TreeHead): Refusal {
  return new Refusal(
    'log_inconsistent',
    `the journal's head of ${offered.size} entries (root ${offered.root}) does not continue the one of ${known.size} entries (root ${known.root}) that this node knows`,
    { known: known.size, offered: offered.size },
  );
}
