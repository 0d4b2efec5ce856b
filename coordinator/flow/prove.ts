import type { SigningKey } from '../../shared/identity/keys.ts';
import type { LogProof } from '../../shared/provenance/log-proof.ts';
import { Refusal } from '../../shared/refusal.ts';
import { makeCheckpoint } from '../../shared/transparency/checkpoint.ts';
import { MerkleTree } from '../../shared/transparency/merkle-tree.ts';
import type { SignedHeads } from '../ports/heads.ts';
import type { Entry } from '../ports/journal.ts';

/** The journal as a transparency log: an RFC 6962 tree over its leaves and signed heads of it. */
export class Prover {
  readonly origin: string;
  readonly #tree = new MerkleTree();
  readonly #key: SigningKey;
  readonly #heads: SignedHeads;
  #signed: { readonly size: number; readonly checkpoint: string } | undefined;

  /**
   * Refuses `journal_corrupt` when the journal no longer leads to the head that was signed last: entries that were
   * acknowledged are gone or altered.
   */
  constructor(options: { origin: string; key: SigningKey; heads: SignedHeads; entries: Iterable<Entry> }) {
    this.origin = options.origin;
    this.#key = options.key;
    this.#heads = options.heads;
    for (const { leaf } of options.entries) this.#tree.append(leaf);
    this.#requireLastHead();
    this.checkpoint();
  }

  get size(): number {
    return this.#tree.size;
  }

  /** Every append is followed by a signed head, so that no entry can be cut off unseen, asked for or not. */
  append(entries: readonly Entry[]): void {
    for (const { leaf } of entries) this.#tree.append(leaf);
    this.checkpoint();
  }

  /** A signed head of the journal as it is now. */
  checkpoint(): string {
    const size = this.#tree.size;
    if (this.#signed?.size === size) return this.#signed.checkpoint;
    const root = this.#tree.root(size);
    this.#heads.remember({ size, root });
    const checkpoint = makeCheckpoint({ origin: this.origin, size, root }, this.#key);
    this.#signed = { size, checkpoint };
    return checkpoint;
  }

  /** That an entry stands where it stands, under the current head. */
  inclusion(index: number): LogProof {
    const size = this.#tree.size;
    const checkpoint = this.checkpoint();
    return {
      index,
      leaf: this.#tree.leaf(index),
      inclusion: this.#tree.inclusionProof(index, size),
      checkpoint,
    };
  }

  /** That the log of now begins with the log of `from` entries; hex. */
  consistency(from: number): string[] {
    if (from > this.#tree.size) {
      throw new Refusal(
        'log_inconsistent',
        `a head of ${from} entries is known to the caller, this journal has ${this.#tree.size}`,
        { from, size: this.#tree.size },
      );
    }
    return this.#tree.consistencyProof(from, this.#tree.size);
  }

  #requireLastHead(): void {
    const last = this.#heads.last();
    if (!last) return;
    if (last.size > this.#tree.size) {
      throw new Refusal(
        'journal_corrupt',
        `journal ends at entry ${this.#tree.size - 1}, but a head of ${last.size} entries was signed: ${last.size - this.#tree.size} acknowledged entries are missing`,
        { size: this.#tree.size, signed: last.size },
      );
    }
    if (this.#tree.root(last.size) !== last.root) {
      throw new Refusal(
        'journal_corrupt',
        `the first ${last.size} entries no longer have the root that was signed`,
        { signed: last.size },
      );
    }
  }
}
