import { Refusal, type RefusalCode } from '../refusal.ts';
import { type TreeHead, verifyCheckpoint } from '../transparency/checkpoint.ts';
import { verifyInclusion } from '../transparency/merkle-proof.ts';

/** A journal entry's place in the log, checkable offline. */
export interface LogProof {
  readonly index: number;
  readonly leaf: string;
  readonly inclusion: readonly string[];
  readonly checkpoint: string;
}

/** The log that is believed: its origin and the did:key of its note key. */
export interface TrustedLog {
  readonly origin: string;
  readonly did: string;
}

/**
 * The signed head under which the leaf is proven to stand at its index. Keep the head, and ask for consistency with
 * it later. Refuses `checkpoint_invalid`, or `code` when the path does not lead to the root.
 */
export function verifyLogProof(proof: LogProof, log: TrustedLog, code: RefusalCode): TreeHead {
  const head = verifyCheckpoint(proof.checkpoint, log);
  const { index, leaf, inclusion: path } = proof;
  if (!verifyInclusion({ leaf, index, size: head.size, root: head.root, path })) {
    throw new Refusal(code, `entry ${index} is not proven to be in the log of ${head.size} entries`, {
      index,
    });
  }
  return head;
}
