/** What the coordinator signs for whoever sent something: that it is in the journal, where, and what came of it. */
import { z } from 'zod';
import type { SigningKey } from '../identity/keys.ts';
import { type StatementKind, signStatement, verifyStatement } from '../identity/signed-statement.ts';
import type { TreeHead } from '../transparency/checkpoint.ts';
import {
  CountField,
  DidField,
  DigestField,
  FederationField,
  LogProofFields,
  VerdictField,
} from './fields.ts';
import { type TrustedLog, verifyLogProof } from './log-proof.ts';

export const ReceiptSchema = z.strictObject({
  federation: FederationField,
  kind: z.enum(['update', 'vote']),
  round: CountField,
  /** did:key of the sender. */
  member: DidField,
  /** Digest of the update's blob, or of the candidate voted on. */
  digest: DigestField,
  verdict: VerdictField,
  ...LogProofFields,
});

export type Receipt = z.output<typeof ReceiptSchema>;

const RECEIPT: StatementKind<Receipt> = {
  typ: 'vedette-receipt+jwt',
  schema: ReceiptSchema,
  badSignature: 'receipt_invalid',
  badPayload: 'receipt_invalid',
  badSigner: 'receipt_invalid',
};

export function signReceipt(coordinatorKey: SigningKey, receipt: Receipt): string {
  return signStatement(RECEIPT, coordinatorKey, receipt);
}

/**
 * The receipt and the log head it leads to, offline. Refuses `receipt_invalid` or `checkpoint_invalid`.
 *
 * @param trusted.coordinator did:key from the invite
 */
export function verifyReceipt(
  token: string,
  trusted: { readonly coordinator: string; readonly log: TrustedLog },
): { readonly receipt: Receipt; readonly head: TreeHead } {
  const { payload } = verifyStatement(RECEIPT, token, trusted.coordinator);
  return { receipt: payload, head: verifyLogProof(payload, trusted.log, 'receipt_invalid') };
}
