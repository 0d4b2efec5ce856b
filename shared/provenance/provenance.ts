/** provenance.json: every update of every round of a run, whatever became of it. Named by digest in the manifest. */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { z } from 'zod';
import { Refusal } from '../refusal.ts';
import {
  CountField,
  DidField,
  DigestField,
  FederationField,
  IdField,
  TokenField,
  VerdictField,
} from './fields.ts';
import { verifyUpdateHeader } from './update-header.ts';

export const ProvenanceSchema = z.strictObject({
  type: z.literal('vedette-provenance-v1'),
  federation: FederationField,
  run: IdField,
  /** In the order of the journal. */
  updates: z.array(
    z.strictObject({
      round: CountField,
      step: z.string().min(1).max(64),
      attempt: CountField,
      member: DidField,
      /** Digest of the update's blob. */
      update: DigestField,
      /** Rows claimed in the header; 0 where there is no readable header. */
      samples: CountField,
      /** The header as its member signed it. */
      header: TokenField,
      verdict: VerdictField,
      /** Weight in the combination; 0 for whatever was not taken. */
      appliedWeight: z.number().min(0),
      /** Index of its entry in the journal. */
      index: CountField,
    }),
  ),
});

export type Provenance = z.output<typeof ProvenanceSchema>;
export type ProvenanceUpdate = Provenance['updates'][number];

/** The canonical bytes (RFC 8785) and their digest: same history, same blob. */
export function encodeProvenance(provenance: Provenance): { bytes: Uint8Array; digest: string } {
  const bytes = Buffer.from(canonicalize(validate(provenance)) ?? '', 'utf8');
  return { bytes, digest: createHash('sha256').update(bytes).digest('hex') };
}

/** What one member gave to a run; see `contributionsOf`. */
export interface Contribution {
  /** did:key */
  readonly member: string;
  /** Updates that were taken. */
  readonly updates: number;
  /** The most rows claimed in one of them. */
  readonly samples: number;
  /** Sum of the weights applied to them. */
  readonly appliedWeight: number;
}

/**
 * Reads provenance.json and checks every row that was taken: its header is signed by its member and says the same, and
 * no member counts twice in a round. The headers of refused rows are evidence and may be as bad as they came.
 * Refuses `manifest_invalid`.
 */
export function verifyProvenance(bytes: Uint8Array, digest: string): Provenance {
  const seen = createHash('sha256').update(bytes).digest('hex');
  if (seen !== digest) throw invalid(`its digest is ${seen}, the manifest names ${digest}`);
  const provenance = validate(parseJson(bytes));
  const taken = new Set<string>();
  provenance.updates.forEach((row, position) => {
    if (!isTaken(row)) {
      if (row.appliedWeight > 0) throw invalid(`updates.${position}: a refused update has a weight`);
      return;
    }
    requireHeaderOfRow(provenance, row, position);
    const turn = `${row.round} ${row.attempt} ${row.member}`;
    if (taken.has(turn))
      throw invalid(`updates.${position}: this member was already counted in round ${row.round}`);
    taken.add(turn);
  });
  return provenance;
}

/** By member, in the order of their did; members of whom nothing was taken are left out. */
export function contributionsOf(provenance: Provenance): Contribution[] {
  const byMember = new Map<string, Contribution>();
  for (const row of provenance.updates.filter(isTaken)) {
    const { member, samples, appliedWeight } = row;
    const before = byMember.get(member) ?? { member, updates: 0, samples: 0, appliedWeight: 0 };
    byMember.set(member, {
      member,
      updates: before.updates + 1,
      samples: Math.max(before.samples, samples),
      appliedWeight: before.appliedWeight + appliedWeight,
    });
  }
  return [...byMember.values()].sort((a, b) => (a.member < b.member ? -1 : 1));
}

function isTaken({ verdict }: ProvenanceUpdate): boolean {
  return verdict.decision === 'accept' || verdict.decision === 'clip';
}

function requireHeaderOfRow(provenance: Provenance, row: ProvenanceUpdate, position: number): void {
  const header = readHeader(row, position);
  const agrees =
    header.federation === provenance.federation &&
    header.run === provenance.run &&
    header.round === row.round &&
    header.attempt === row.attempt &&
    header.step === row.step &&
    header.samples === row.samples &&
    header.update === row.update;
  if (!agrees) throw invalid(`updates.${position}: the signed header is of another update than the row says`);
}

function readHeader(row: ProvenanceUpdate, position: number): ReturnType<typeof verifyUpdateHeader> {
  try {
    return verifyUpdateHeader(row.header, row.member);
  } catch (error) {
    if (error instanceof Refusal) throw invalid(`updates.${position}: ${error.message}`);
    throw error;
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw invalid('it is not JSON in UTF-8');
  }
}

function validate(value: unknown): Provenance {
  const parsed = ProvenanceSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(`${issue?.path.join('.') || '(top)'}: ${issue?.message ?? 'not as expected'}`);
}

function invalid(reason: string): Refusal {
  return new Refusal('manifest_invalid', `provenance refused: ${reason}`);
}
