/** The signed header of an update: who trained what, from which base, in which round. */
import { z } from 'zod';
import type { SigningKey } from '../identity/keys.ts';
import { type StatementKind, signStatement, verifyStatement } from '../identity/signed-statement.ts';
import { Refusal } from '../refusal.ts';
import {
  CountField,
  DidField,
  DigestField,
  FederationField,
  IdField,
  MetricsField,
  TimeField,
} from './fields.ts';

/** What was done to the update before it left its organisation; more mechanisms are more members of this union. */
const PrivacySchema = z.discriminatedUnion('mechanism', [z.strictObject({ mechanism: z.literal('none') })]);

export const UpdateHeaderSchema = z.strictObject({
  federation: FederationField,
  run: IdField,
  round: CountField,
  attempt: CountField,
  /** Kind of the round's step, e.g. `sums`. */
  step: z.string().min(1).max(64),
  /** did:key of the signer. */
  member: DidField,
  base: DigestField,
  update: DigestField,
  /** Size of the update's blob. */
  bytes: CountField,
  /** Rows claimed. */
  samples: CountField,
  metrics: MetricsField,
  /** Digest of the data fingerprint, so that drift between runs can be shown without the data. */
  fingerprint: DigestField,
  privacy: PrivacySchema,
  /** e.g. `vedette/0.1.0` */
  software: IdField,
  issuedAt: TimeField,
  /** Nonce of the round plan. */
  nonce: IdField,
});

export type UpdateHeader = z.output<typeof UpdateHeaderSchema>;

const UPDATE_HEADER: StatementKind<UpdateHeader> = {
  typ: 'vedette-update+jwt',
  schema: UpdateHeaderSchema,
  badSignature: 'update_signature',
  badPayload: 'update_malformed',
  badSigner: 'update_signer',
};

/** Refuses `update_signer` when the header names another member than the key's. */
export function signUpdateHeader(key: SigningKey, header: UpdateHeader): string {
  requireOwn(header, key.did);
  return signStatement(UPDATE_HEADER, key, header);
}

/**
 * The header, signed by the member it names. Refuses `update_signature`, `update_malformed`, `update_signer`.
 *
 * @param member did:key of the caller, when there is one
 */
export function verifyUpdateHeader(token: string, member?: string): UpdateHeader {
  const { payload, signer } = verifyStatement(UPDATE_HEADER, token, member);
  requireOwn(payload, signer);
  return payload;
}

function requireOwn(header: UpdateHeader, signer: string): void {
  if (header.member === signer) return;
  throw new Refusal('update_signer', `the header names ${header.member} but ${signer} signs`, { signer });
}
