/**
 * model.sig: the published folder as an OpenSSF Model Signing v1.0 bundle, for tools that know nothing of Vedette.
 * A Sigstore bundle v0.3 around a DSSE envelope around an in-toto Statement v1 that lists every file by SHA-256.
 * Sources: OpenSSF Model Signing v1.0; DSSE protocol 1.0.2 (PAE); in-toto Statement v1.
 */
import { createHash, type KeyObject, sign, verify } from 'node:crypto';
import { z } from 'zod';
import type { SigningKey } from '../identity/keys.ts';
import { Refusal } from '../refusal.ts';

/** The signature's own file, the only one in the folder that it does not list. */
export const MODEL_SIGNATURE_FILE = 'model.sig';
const BUNDLE_MEDIA_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
const PREDICATE_TYPE = 'https://model_signing/signature/v1.0';
const MAX_BUNDLE_CHARACTERS = 16 * 1024 * 1024;

/** Key curves of the specification, each with its hash (Sigstore's algorithm registry). */
const HASH_BY_CURVE: Readonly<Record<string, string>> = {
  'P-256': 'sha256',
  'P-384': 'sha384',
  'P-521': 'sha512',
};

const HexField = z.string().regex(/^[0-9a-f]+$/);
const Sha256Field = z.string().regex(/^[0-9a-f]{64}$/);

const StatementSchema = z.strictObject({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.tuple([z.looseObject({ name: z.string().min(1), digest: z.record(z.string(), HexField) })]),
  predicateType: z.literal(PREDICATE_TYPE),
  predicate: z.strictObject({
    resources: z.array(
      z.looseObject({ name: z.string().min(1), digest: Sha256Field, algorithm: z.literal('sha256') }),
    ),
    serialization: z.strictObject({
      method: z.literal('files'),
      hash_type: z.literal('sha256'),
      allow_symlinks: z.literal(false),
      ignore_paths: z.array(z.string().min(1)).optional(),
    }),
  }),
});

const CertificateField = z.looseObject({ rawBytes: z.string().min(1) });
const VerificationMaterial = z.union([
  z.looseObject({
    publicKey: z.union([z.looseObject({ hint: z.string() }), z.looseObject({ rawBytes: z.string() })]),
  }),
  z.looseObject({ x509CertificateChain: z.looseObject({ certificates: z.array(CertificateField).min(1) }) }),
  z.looseObject({ certificate: CertificateField, tlogEntries: z.array(z.looseObject({})).min(1) }),
]);

const BundleSchema = z.strictObject({
  mediaType: z.literal(BUNDLE_MEDIA_TYPE),
  verificationMaterial: VerificationMaterial,
  dsseEnvelope: z.strictObject({
    payload: z.base64().min(1),
    payloadType: z.literal(PAYLOAD_TYPE),
    signatures: z.array(z.strictObject({ sig: z.base64().min(1), keyid: z.string().nullish() })).min(1),
  }),
});

/** Hex SHA-256 by relative POSIX path: a folder as the signature sees it. */
export type FileDigests = ReadonlyMap<string, string>;

/** A bundle that is well formed and consistent in itself; nothing is said yet of who signed it. */
export interface ParsedModelSignature {
  /** Name of the model, for people. */
  readonly name: string;
  readonly rootDigest: string;
  readonly files: FileDigests;
  /** Hex SHA-256 of the PEM public key; undefined when the bundle was signed with a certificate. */
  readonly keyHint: string | undefined;
  /** What the signature covers. */
  readonly signedBytes: Buffer;
  /** DER ECDSA */
  readonly signature: Buffer;
}

/**
 * The bundle as JSON text for these files. `model.sig` itself must not be among them.
 *
 * @param publisherKey of use `publisher`, P-256
 */
export function signModel(publisherKey: SigningKey, name: string, files: FileDigests): string {
  const payload = Buffer.from(JSON.stringify(statementOf(name, files)), 'utf8');
  const signature = sign('sha256', preAuthEncoding(payload), publisherKey.privateKey);
  return `${JSON.stringify(
    {
      mediaType: BUNDLE_MEDIA_TYPE,
      verificationMaterial: { publicKey: { hint: keyHintOf(publisherKey.publicKey) }, tlogEntries: [] },
      dsseEnvelope: {
        payload: payload.toString('base64'),
        payloadType: PAYLOAD_TYPE,
        signatures: [{ sig: signature.toString('base64'), keyid: '' }],
      },
    } satisfies z.input<typeof BundleSchema>,
    null,
    2,
  )}\n`;
}

/** Takes a bundle apart and checks that its resources hash to its subject. Refuses `model_invalid`. */
export function parseModelSignature(text: string): ParsedModelSignature {
  const bundle = readJson(BundleSchema, text, 'bundle');
  const payload = Buffer.from(bundle.dsseEnvelope.payload, 'base64');
  const statement = readJson(StatementSchema, payload.toString('utf8'), 'statement');
  const [{ name, digest }] = statement.subject;
  const { resources } = statement.predicate;
  const files = new Map(resources.map((resource) => [resource.name, resource.digest]));
  requireCanonicalNames(resources.map((resource) => resource.name));
  const rootDigest = rootDigestOf(files);
  if (digest.sha256 !== rootDigest) {
    throw invalid(`its resources hash to ${rootDigest}, its subject says ${digest.sha256 ?? 'nothing'}`);
  }
  const signature = Buffer.from(bundle.dsseEnvelope.signatures[0]?.sig ?? '', 'base64');
  const keyHint = hintOf(bundle.verificationMaterial);
  return { name, rootDigest, files, keyHint, signedBytes: preAuthEncoding(payload), signature };
}

/**
 * Checks a bundle against the publisher's key and the folder as it is: every listed file there and unchanged, and no
 * other file but `model.sig`. Whoever lists the folder refuses symbolic links. Refuses `model_invalid`.
 *
 * @param publicKey P-256, P-384 or P-521
 * @param found every file in the folder, `model.sig` left out or not
 */
export function verifyModelSignature(
  text: string,
  publicKey: KeyObject,
  found: FileDigests,
): ParsedModelSignature {
  const parsed = parseModelSignature(text);
  requireSignature(parsed, publicKey);
  for (const [name, digest] of parsed.files) {
    const seen = found.get(name);
    if (seen === undefined) throw invalid(`${name} is signed but missing`);
    if (seen !== digest) throw invalid(`${name} hashes to ${seen}, signed is ${digest}`);
  }
  for (const name of found.keys()) {
    if (name !== MODEL_SIGNATURE_FILE && !parsed.files.has(name))
      throw invalid(`${name} is there but not signed`);
  }
  return parsed;
}

/** Throws `model_invalid` unless the bundle was signed with this key. */
export function requireSignature(parsed: ParsedModelSignature, publicKey: KeyObject): void {
  const hash = HASH_BY_CURVE[publicKey.export({ format: 'jwk' }).crv ?? ''];
  if (hash === undefined) throw invalid('the publisher key is on none of the curves P-256, P-384, P-521');
  if (parsed.keyHint === undefined)
    throw invalid('it is signed with a certificate; only signatures with a key are checked here');
  if (parsed.keyHint !== keyHintOf(publicKey)) throw invalid('it names another key than the publisher key');
  if (!verify(hash, parsed.signedBytes, publicKey, parsed.signature))
    throw invalid('its signature does not hold');
}

/** Hex SHA-256 of the SubjectPublicKeyInfo in PEM, as the specification's reference tool prints it. */
export function keyHintOf(publicKey: KeyObject): string {
  const pem = publicKey.export({ format: 'pem', type: 'spki' });
  return createHash('sha256').update(pem).digest('hex');
}

/** DSSE PAE: "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body, lengths in bytes. */
function preAuthEncoding(payload: Uint8Array): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(PAYLOAD_TYPE)} ${PAYLOAD_TYPE} ${payload.length} `;
  return Buffer.concat([Buffer.from(head, 'utf8'), payload]);
}

function statementOf(name: string, files: FileDigests): z.input<typeof StatementSchema> {
  const names = [...files.keys()].sort(byCodePoint);
  requireCanonicalNames(names);
  if (files.has(MODEL_SIGNATURE_FILE)) throw invalid(`${MODEL_SIGNATURE_FILE} cannot list itself`);
  const sorted = new Map(names.map((file) => [file, files.get(file) ?? '']));
  return {
    _type: STATEMENT_TYPE,
    subject: [{ name, digest: { sha256: rootDigestOf(sorted) } }],
    predicateType: PREDICATE_TYPE,
    predicate: {
      serialization: { method: 'files', hash_type: 'sha256', allow_symlinks: false },
      resources: names.map((file) => ({
        name: file,
        algorithm: 'sha256' as const,
        digest: files.get(file) ?? '',
      })),
    },
  };
}

/** SHA-256 over the digests' bytes, in the order of the resources. */
function rootDigestOf(files: FileDigests): string {
  const root = createHash('sha256');
  for (const digest of files.values()) root.update(Buffer.from(digest, 'hex'));
  return root.digest('hex');
}

/** Sorted by code point, each once, and inside the folder. */
function requireCanonicalNames(names: readonly string[]): void {
  names.forEach((name, position) => {
    const steps = name.split('/');
    if (steps.some((step) => step === '' || step === '.' || step === '..') || name.includes('\\')) {
      throw invalid(`the name ${JSON.stringify(name)} is not a relative path inside the folder`);
    }
    const before = names[position - 1];
    if (before !== undefined && byCodePoint(before, name) >= 0) {
      throw invalid(`the name ${JSON.stringify(name)} is listed twice or out of order`);
    }
  });
}

/** UTF-8 keeps the order of code points; JavaScript's own order, by UTF-16 unit, does not. */
function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
}

function hintOf(material: z.output<typeof VerificationMaterial>): string | undefined {
  if (!('publicKey' in material)) return undefined;
  const { publicKey } = material as { publicKey: { hint?: unknown } };
  return typeof publicKey.hint === 'string' ? publicKey.hint : undefined;
}

function readJson<Shape>(schema: z.ZodType<Shape>, text: string, part: string): Shape {
  if (text.length > MAX_BUNDLE_CHARACTERS) {
    throw invalid(`${part} of ${text.length} characters (bound ${MAX_BUNDLE_CHARACTERS})`);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw invalid(`its ${part} is not JSON`);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(`${part} ${issue?.path.join('.') || '(top)'}: ${issue?.message ?? 'not as expected'}`);
}

function invalid(reason: string): Refusal {
  return new Refusal('model_invalid', `${MODEL_SIGNATURE_FILE} refused: ${reason}`);
}
