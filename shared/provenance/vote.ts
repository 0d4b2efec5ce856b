/** A member's signed judgement of a candidate, from its own held-back rows. */
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
  TextField,
  TimeField,
} from './fields.ts';

export const VoteSchema = z.strictObject({
  federation: FederationField,
  run: IdField,
  /** Digest of the candidate's model. */
  candidate: DigestField,
  member: DidField,
  /** Held-back rows that were scored. */
  heldBack: CountField,
  /** The (1 − alert budget) quantile of their scores: p99 for a budget of 1 %. */
  p99: z.number(),
  approve: z.boolean(),
  reason: TextField.optional(),
  metrics: MetricsField,
  issuedAt: TimeField,
});

export type Vote = z.output<typeof VoteSchema>;

const VOTE: StatementKind<Vote> = {
  typ: 'vedette-vote+jwt',
  schema: VoteSchema,
  badSignature: 'vote_invalid',
  badPayload: 'vote_invalid',
  badSigner: 'vote_invalid',
};

/** Refuses `vote_invalid` when the vote names another member than the key's. */
export function signVote(key: SigningKey, vote: Vote): string {
  requireOwn(vote, key.did);
  return signStatement(VOTE, key, vote);
}

/** The vote, signed by the member it names. Refuses `vote_invalid`. */
export function verifyVote(token: string, member?: string): Vote {
  const { payload, signer } = verifyStatement(VOTE, token, member);
  requireOwn(payload, signer);
  return payload;
}

function requireOwn(vote: Vote, signer: string): void {
  if (vote.member === signer) return;
  throw new Refusal('vote_invalid', `the vote names ${vote.member} but ${signer} signs`, { signer });
}
