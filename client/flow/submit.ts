/** Signs an update's header, brings the blob over, hands the header in and keeps the receipt. */
import { createHash } from 'node:crypto';
import { type Receipt, verifyReceipt } from '../../shared/provenance/receipt.ts';
import { signUpdateHeader } from '../../shared/provenance/update-header.ts';
import { Refusal } from '../../shared/refusal.ts';
import type { RoundPlan, SubmitReply } from '../ports/coordinator.ts';
import type { ClientNode } from './node.ts';
import type { ProtectedUpdate } from './protect.ts';

type Verdict = Receipt['verdict'];

/** The digest that was handed in, and the verdict at the door from a receipt that was checked and kept. */
export async function submit(
  node: ClientNode,
  plan: RoundPlan,
  update: ProtectedUpdate,
  signal: AbortSignal,
): Promise<{ readonly digest: string; readonly verdict: Verdict }> {
  const { coordinator } = node;
  const digest = createHash('sha256').update(update.bytes).digest('hex');
  const header = signHeader(node, plan, update, digest);
  await coordinator.upload(digest, update.bytes, signal);
  // The receipt before this one first: the outbox holds one header.
  await node.receipts.flush();
  await node.outbox.put({ header, digest, round: plan.round, attempt: plan.attempt });
  const reply = await submitAgainIfForgotten(node, header, () =>
    coordinator.upload(digest, update.bytes, signal),
  );
  const { round, attempt } = plan;
  return { digest, verdict: keepReceipt(node, reply.receipt, { kind: 'update', digest, round, attempt }) };
}

/** A coordinator that lost its disk cache may have to be given the blob once more. */
async function submitAgainIfForgotten(
  node: ClientNode,
  header: string,
  upload: () => Promise<void>,
): Promise<SubmitReply> {
  try {
    return await node.coordinator.submit(header);
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'blob_missing') throw error;
  }
  await upload();
  return await node.coordinator.submit(header);
}

function signHeader(node: ClientNode, plan: RoundPlan, update: ProtectedUpdate, digest: string): string {
  return signUpdateHeader(node.identity, {
    federation: node.federation.federation,
    run: plan.run,
    round: plan.round,
    attempt: plan.attempt,
    step: plan.step,
    member: node.identity.did,
    base: plan.base,
    update: digest,
    bytes: update.bytes.length,
    samples: update.samples,
    metrics: { ...update.metrics },
    fingerprint: node.fingerprint,
    privacy: { mechanism: 'none' },
    software: node.software,
    issuedAt: new Date(node.nowMs()).toISOString(),
    nonce: plan.nonce,
  });
}

export interface Sent {
  readonly kind: Receipt['kind'];
  /** Of the update, or of the candidate voted on. */
  readonly digest: string;
  readonly round: number;
  readonly attempt: number;
}

/**
 * Checks that the receipt is the coordinator's, about what was sent, and in its journal; then keeps it.
 * Refuses `receipt_invalid`, `checkpoint_invalid`, `log_inconsistent`.
 */
export function keepReceipt(node: ClientNode, jws: string, sent: Sent): Verdict {
  const trusted = { coordinator: node.membership.coordinator, log: node.log };
  const { receipt, head } = verifyReceipt(jws, trusted);
  const isOwn =
    receipt.kind === sent.kind &&
    receipt.digest === sent.digest &&
    receipt.member === node.identity.did &&
    receipt.federation === node.federation.federation;
  if (!isOwn)
    throw new Refusal(
      'receipt_invalid',
      `the receipt is for ${receipt.kind} ${receipt.digest.slice(0, 12)}, sent was ${sent.kind} ${sent.digest.slice(0, 12)}`,
    );
  const { kind, round, attempt } = sent;
  node.receipts.append({ at: new Date(node.nowMs()).toISOString(), round, attempt, kind, jws });
  node.seenLog.noteReceipt(head);
  return receipt.verdict;
}
