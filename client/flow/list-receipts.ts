/** The receipts of this node, with what became of each since. */
import { parseCompact } from '../../shared/identity/jws.ts';
import type { TrustedLog } from '../../shared/provenance/log-proof.ts';
import { type Receipt, ReceiptSchema, verifyReceipt } from '../../shared/provenance/receipt.ts';
import { Refusal } from '../../shared/refusal.ts';
import type { Membership } from '../core/membership.ts';
import type { Coordinator, OwnVerdict } from '../ports/coordinator.ts';
import type { KeptReceipt } from '../ports/receipts.ts';

const MAX_RECEIPT_CHARACTERS = 64 * 1024;

export interface ListedReceipt {
  readonly at: string;
  readonly kind: 'update' | 'vote';
  readonly round: number;
  readonly attempt: number;
  /** Of the update, or of the candidate voted on. */
  readonly digest: string;
  /** Index in the journal. */
  readonly index: number;
  /** The verdict in the receipt: at the door. */
  readonly decision: string;
  /** The verdict as it stands now, when the coordinator could be asked. */
  readonly now?: string;
  readonly code?: string;
  readonly message?: string;
  readonly appliedWeight?: number;
  /** Present when asked for: whether signature, sender and journal proof hold. */
  readonly verified?: boolean;
  readonly problem?: string;
}

export interface ListOptions {
  readonly round: number | undefined;
  readonly verify: boolean;
}

/** Whose receipts they are, and who can say what became of them. */
export interface Owner {
  readonly membership: Membership;
  readonly log: TrustedLog;
  readonly coordinator: Pick<Coordinator, 'verdicts'>;
}

export async function listReceipts(
  owner: Owner,
  all: readonly KeptReceipt[],
  { round, verify }: ListOptions,
): Promise<readonly ListedReceipt[]> {
  const kept = all.filter(
    (receipt) => round === undefined || (receipt.kind === 'update' && receipt.round === round),
  );
  const verdicts =
    kept.length > 0 ? await verdictsIfReachable(owner, round ?? 0) : new Map<string, OwnVerdict>();
  return kept.map((receipt) => listed(owner, receipt, verdicts, verify));
}

/** By digest of the update. None when the coordinator cannot be asked: the receipts stand for themselves. */
async function verdictsIfReachable(
  { coordinator }: Owner,
  fromRound: number,
): Promise<ReadonlyMap<string, OwnVerdict>> {
  try {
    const verdicts = await coordinator.verdicts(fromRound);
    return new Map(verdicts.map((verdict) => [`${verdict.round}/${verdict.update}`, verdict]));
  } catch (error) {
    if (error instanceof Refusal) return new Map();
    throw error;
  }
}

function listed(
  owner: Owner,
  kept: KeptReceipt,
  verdicts: ReadonlyMap<string, OwnVerdict>,
  verify: boolean,
): ListedReceipt {
  const { at, kind, round, attempt } = kept;
  const check = verify ? checked(owner, kept) : {};
  const receipt = unverified(kept.jws);
  if (!receipt)
    return {
      at,
      kind,
      round,
      attempt,
      digest: '',
      index: -1,
      decision: '',
      verified: false,
      problem: 'it is not a receipt',
    };
  const now = verdicts.get(`${round}/${receipt.digest}`);
  const code = now?.verdict ? now.verdict.code : receipt.verdict.code;
  const message = now?.verdict?.message ?? receipt.verdict.message;
  return {
    at,
    kind,
    round,
    attempt,
    digest: receipt.digest,
    index: receipt.index,
    decision: receipt.verdict.decision,
    ...(now?.verdict ? { now: now.verdict.decision, appliedWeight: now.appliedWeight } : {}),
    ...(code ? { code } : {}),
    ...(message ? { message } : {}),
    ...check,
  };
}

function checked({ membership, log }: Owner, { jws }: KeptReceipt): { verified: boolean; problem?: string } {
  try {
    const { receipt } = verifyReceipt(jws, { coordinator: membership.coordinator, log });
    return receipt.member === membership.did
      ? { verified: true }
      : { verified: false, problem: 'it was given to another member' };
  } catch (error) {
    if (error instanceof Refusal) return { verified: false, problem: error.message };
    throw error;
  }
}

/** What it says, without a word on whether that is true. */
function unverified(jws: string): Receipt | undefined {
  try {
    return ReceiptSchema.safeParse(parseCompact(jws, MAX_RECEIPT_CHARACTERS).payload).data;
  } catch {
    return undefined;
  }
}
