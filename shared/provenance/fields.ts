/** The fields that statements have in common. */
import { z } from 'zod';
import { isDid } from '../identity/did-key.ts';
import { isRefusalCode } from '../refusal.ts';

/** Lower-case hex SHA-256. */
export const DigestField = z.string().regex(/^[0-9a-f]{64}$/, '64 lower-case hexadecimal characters');
export const DidField = z.string().refine(isDid, 'a did:key');
/** ISO 8601, UTC. */
export const TimeField = z.iso.datetime({ offset: false });
export const CountField = z.int().min(0);
/** Free text that others will read, bounded. */
export const TextField = z.string().max(2000);
/** No line breaks, and nothing that could steer a terminal or turn the direction of writing. */
const UNCONTROLLED = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u;
export const IdField = z.string().min(1).max(128).regex(UNCONTROLLED, 'no control characters');
export const FederationField = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/);
/** zod's numbers are finite. */
export const MetricsField = z
  .record(z.string().min(1).max(64), z.number())
  .refine((metrics) => Object.keys(metrics).length <= 64, 'at most 64 metrics')
  .refine(
    (metrics) => Object.keys(metrics).every((name) => UNCONTROLLED.test(name)),
    'names without control characters',
  );
/** Signed elsewhere, kept as it was signed. */
export const TokenField = z.string().min(1).max(65_536);

/** accept, clip, quarantine, reject (counted) or ignore (not counted). */
export const DecisionField = z.enum(['accept', 'clip', 'quarantine', 'reject', 'ignore']);

/** What was decided of an update, with its reason. */
export const VerdictField = z.strictObject({
  decision: DecisionField,
  code: z.string().refine(isRefusalCode, 'a refusal code').optional(),
  message: TextField.optional(),
});

/** A place in the log: leaf, path and the signed head it leads to. Verified by `verifyLogProof`. */
export const LogProofFields = {
  index: CountField,
  leaf: DigestField,
  /** Path from the leaf upwards, in the tree of the checkpoint. */
  inclusion: z.array(DigestField).max(64),
  checkpoint: z.string().min(1).max(131_072),
};

export type Verdict = z.output<typeof VerdictField>;
export type Decision = z.output<typeof DecisionField>;
