/**
 * The model manifest: what was published, from which updates, under which rule, and where the journal says so.
 * A JWS in general JSON form (RFC 7515 section 7.2.1): the coordinator signs first, others may add their signature.
 */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { z } from 'zod';
import { publicKeyOf } from '../identity/did-key.ts';
import {
  encodeHeader,
  encodePayload,
  hasValidSignature,
  type Jws,
  JwsFormatError,
  parseParts,
  signInput,
} from '../identity/jws.ts';
import type { SigningKey } from '../identity/keys.ts';
import { Refusal } from '../refusal.ts';
import type { TreeHead } from '../transparency/checkpoint.ts';
import {
  CountField,
  DidField,
  DigestField,
  FederationField,
  IdField,
  LogProofFields,
  TextField,
  TimeField,
  TokenField,
} from './fields.ts';
import { type TrustedLog, verifyLogProof } from './log-proof.ts';
import { contributionsOf, type Provenance, verifyProvenance } from './provenance.ts';

export const MANIFEST_TYPE = 'vedette-manifest+jws';
const MAX_MANIFEST_CHARACTERS = 32 * 1024 * 1024;
const MAX_SIGNATURES = 64;

const JsonObject = z.record(z.string(), z.json());

const RoundSummary = z.strictObject({
  round: CountField,
  step: z.string().min(1).max(64),
  rule: z.string().min(1).max(64),
  params: JsonObject,
  seed: z.int().min(0),
  /** Digest of the combined vector. */
  combined: DigestField,
  /** Digest of the base that came out, which the next round started from. */
  base: DigestField,
  accepted: CountField,
  refused: CountField,
});

export const ManifestSchema = z.strictObject({
  type: z.literal('vedette-manifest-v1'),
  federation: z.strictObject({
    id: FederationField,
    /** SHA-256 of the canonical definition. */
    digest: DigestField,
    /** The federation file as validated. */
    definition: JsonObject,
  }),
  version: z.int().min(1),
  /** Weights digest of the version before. */
  parent: DigestField.nullable(),
  weights: z.strictObject({ digest: DigestField, bytes: CountField }),
  /** `model` and `features` of the definition, so that whoever only scores reads no more than these. */
  model: JsonObject,
  features: z.array(JsonObject).min(1),
  threshold: z.strictObject({
    value: z.number(),
    alertBudget: z.number().gt(0).lt(1),
    /** How `value` comes from the reports, e.g. `second-highest`. */
    rule: z.string().min(1).max(64),
    reports: z.array(z.strictObject({ member: DidField, p99: z.number() })),
  }),
  run: IdField,
  rounds: z.array(RoundSummary),
  contributions: z.strictObject({
    /** Digest of provenance.json. */
    digest: DigestField,
    members: z.array(
      z.strictObject({
        member: DidField,
        name: z.string().min(1).max(128),
        updates: CountField,
        samples: CountField,
        appliedWeight: z.number().min(0),
      }),
    ),
  }),
  evaluation: z.strictObject({
    canary: z
      .strictObject({
        auroc: z.number().min(0).max(1),
        ap: z.number().min(0).max(1),
        normals: CountField,
        anomalies: CountField,
        /** AUROC by anomaly label. */
        families: z.record(z.string(), z.number().min(0).max(1)),
      })
      .optional(),
    votes: z.array(
      z.strictObject({
        member: DidField,
        approve: z.boolean(),
        heldBack: CountField,
        p99: z.number(),
        /** The vote as its member signed it. */
        vote: TokenField,
      }),
    ),
  }),
  /** Who let it through: `policy`, or the did:key of an operator. */
  approvals: z.array(
    z.strictObject({
      by: z.union([z.literal('policy'), DidField]),
      at: TimeField,
      reason: TextField.optional(),
    }),
  ),
  log: z.strictObject({ origin: z.string().min(1).max(512), ...LogProofFields }),
  software: IdField,
  createdAt: TimeField,
});

export type Manifest = z.output<typeof ManifestSchema>;

const GeneralJws = z.strictObject({
  payload: z.string(),
  signatures: z
    .array(z.strictObject({ protected: z.string(), signature: z.string() }))
    .min(1)
    .max(MAX_SIGNATURES),
});

/** Whose word a manifest needs. */
export interface ManifestTrust {
  /** did:key from the invite. */
  readonly coordinator: string;
  readonly log: TrustedLog;
}

export interface VerifiedManifest {
  readonly manifest: Manifest;
  /** The coordinator, then the co-signers; every one verified against its did:key. */
  readonly signers: readonly string[];
  /** The log head the manifest leads to. */
  readonly head: TreeHead;
}

/** The signed manifest as JSON text. Same key and manifest, same text. Refuses `manifest_invalid`. */
export function signManifest(coordinatorKey: SigningKey, manifest: Manifest): string {
  const payload = encodePayload(validate(manifest));
  return JSON.stringify({ payload, signatures: [makeSignature(coordinatorKey, payload)] });
}

/** Adds a signature to a manifest whose signatures all hold. Refuses `manifest_invalid`. */
export function cosignManifest(text: string, key: SigningKey): string {
  const { general } = readSignatures(text);
  return JSON.stringify({
    ...general,
    signatures: [...general.signatures, makeSignature(key, general.payload)],
  });
}

/** The manifest without trust in anyone: the signatures hold, for whoever made them. Refuses `manifest_invalid`. */
export function parseManifest(text: string): {
  readonly manifest: Manifest;
  readonly signers: readonly string[];
} {
  const { jws, signers } = readSignatures(text);
  return { manifest: validate(jws.payload), signers };
}

/**
 * The manifest, signed first by this coordinator and proven to be in this log, with a definition that hashes to its
 * digest. Offline. Refuses `manifest_invalid` or `checkpoint_invalid`.
 */
export function verifyManifest(text: string, trusted: ManifestTrust): VerifiedManifest {
  const { manifest, signers } = parseManifest(text);
  if (signers[0] !== trusted.coordinator) {
    throw invalid(`signed first by ${signers[0]}, the coordinator is ${trusted.coordinator}`);
  }
  requireConsistentDefinition(manifest);
  if (manifest.log.origin !== trusted.log.origin)
    throw invalid(`it is of another log than ${trusted.log.origin}`);
  return { manifest, signers, head: verifyLogProof(manifest.log, trusted.log, 'manifest_invalid') };
}

/**
 * provenance.json of a verified manifest: the blob it names, of the same run, giving the contributions it lists.
 * Refuses `manifest_invalid`.
 */
export function verifyManifestProvenance(manifest: Manifest, bytes: Uint8Array): Provenance {
  const provenance = verifyProvenance(bytes, manifest.contributions.digest);
  if (provenance.federation !== manifest.federation.id || provenance.run !== manifest.run) {
    throw invalid('its provenance is of another run');
  }
  const listed = manifest.contributions.members
    .map(({ name: _name, ...contribution }) => contribution)
    .sort((a, b) => (a.member < b.member ? -1 : 1));
  if (!sameJson(listed, contributionsOf(provenance))) {
    throw invalid('its contributions are not those that its provenance gives');
  }
  return provenance;
}

function requireConsistentDefinition({ federation, model, features }: Manifest): void {
  const { id, digest, definition } = federation;
  const seen = createHash('sha256')
    .update(canonicalize(definition) ?? '')
    .digest('hex');
  if (seen !== digest) throw invalid(`its definition hashes to ${seen}, not to ${digest}`);
  if (definition.federation !== id) throw invalid('its definition is of another federation');
  if (!sameJson(definition.model, model) || !sameJson(definition.features, features)) {
    throw invalid('its model or features differ from its definition');
  }
}

function sameJson(a: unknown, b: unknown): boolean {
  return canonicalize(a) === canonicalize(b);
}

function makeSignature(key: SigningKey, payload: string): { protected: string; signature: string } {
  const header = encodeHeader(MANIFEST_TYPE, key.did);
  return { protected: header, signature: signInput(key, `${header}.${payload}`) };
}

function readSignatures(text: string): { general: z.output<typeof GeneralJws>; jws: Jws; signers: string[] } {
  const general = readGeneral(text);
  const all = general.signatures.map((entry) =>
    readSignature(entry.protected, general.payload, entry.signature),
  );
  const [jws] = all;
  if (jws === undefined) throw invalid('it carries no signature');
  const signers = all.map(({ header }) => header.kid);
  if (new Set(signers).size !== signers.length) throw invalid('one key signed twice');
  return { general, jws, signers };
}

function readGeneral(text: string): z.output<typeof GeneralJws> {
  if (text.length > MAX_MANIFEST_CHARACTERS) {
    throw invalid(`${text.length} characters (bound ${MAX_MANIFEST_CHARACTERS})`);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw invalid('it is not JSON');
  }
  const parsed = GeneralJws.safeParse(json);
  if (!parsed.success) throw invalid(`not a general JWS: ${describe(parsed.error)}`);
  return parsed.data;
}

function readSignature(header: string, payload: string, signature: string): Jws {
  try {
    const jws = parseParts(header, payload, signature);
    if (jws.header.typ !== MANIFEST_TYPE) throw invalid(`typ is not ${MANIFEST_TYPE}`);
    if (!hasValidSignature(jws, publicKeyOf(jws.header.kid)))
      throw invalid('a signature is not of the key it names');
    return jws;
  } catch (error) {
    if (error instanceof JwsFormatError) throw invalid(error.message);
    if (error instanceof Refusal && error.code === 'did_invalid') throw invalid(error.message);
    throw error;
  }
}

function validate(payload: unknown): Manifest {
  const parsed = ManifestSchema.safeParse(payload);
  if (!parsed.success) throw invalid(describe(parsed.error));
  return parsed.data;
}

function describe(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.') || '(top)'}: ${issue.message}`).join('; ');
}

function invalid(reason: string): Refusal {
  return new Refusal('manifest_invalid', `manifest refused: ${reason}`);
}
