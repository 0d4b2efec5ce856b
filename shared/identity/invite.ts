/**
 * An invite: one string, handed over out of band, that lets one organisation enrol once. It pins the CA, so the first
 * connection is already authenticated. The coordinator keeps only the SHA-256 of the secret.
 */
import { createHash, randomBytes, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { Refusal } from '../refusal.ts';
import { fingerprintOf } from './client-certificate.ts';
import { isDid } from './did-key.ts';

const PREFIX = 'vedette1.';
const MAX_INVITE_CHARACTERS = 16_384;
const SECRET_BYTES = 32;
const BASE64URL_32_BYTES = /^[A-Za-z0-9_-]{43}$/;
const ENDPOINT = /^(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):([1-9][0-9]{0,4})$/;

const InviteSchema = z.strictObject({
  federation: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
  /** `host:port` of the gRPC service; IPv6 in brackets. */
  endpoint: z.string().refine((text) => Number(ENDPOINT.exec(text)?.[1] ?? Number.NaN) <= 65_535),
  /** The name under which the organisation, integrator or operator will appear. */
  name: z.string().min(1).max(128),
  role: z.enum(['member', 'integrator', 'operator']),
  secret: z.string().regex(BASE64URL_32_BYTES),
  /** base64url DER of the CA certificate. */
  ca: z.string().refine((text) => caFromDer(text) !== undefined),
  /** The key that signs receipts and manifests. */
  coordinator: z.string().refine(isDid),
  expiresAt: z.iso.datetime({ offset: false }),
});

export type InviteRole = z.output<typeof InviteSchema>['role'];

export interface Invite {
  readonly federation: string;
  readonly endpoint: string;
  readonly name: string;
  readonly role: InviteRole;
  /** base64url of 32 random bytes; sent once, to enrol. */
  readonly secret: string;
  readonly caPem: string;
  /** did:key of the coordinator. */
  readonly coordinator: string;
  /** ISO 8601, UTC. */
  readonly expiresAt: string;
}

export function makeInviteSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/** Lower-case hex SHA-256 of the secret's bytes: all the coordinator keeps. Refuses `invite_invalid`. */
export function inviteSecretDigest(secret: string): string {
  if (!BASE64URL_32_BYTES.test(secret))
    throw new Refusal('invite_invalid', 'the invite secret is not 32 bytes');
  return createHash('sha256').update(Buffer.from(secret, 'base64url')).digest('hex');
}

/** Refuses `invite_invalid` naming the field that no invite can carry. */
export function encodeInvite({ caPem, ...invite }: Invite): string {
  const ca = new X509Certificate(caPem).raw.toString('base64url');
  const fields = validate({ ...invite, ca });
  return PREFIX + Buffer.from(JSON.stringify(fields), 'utf8').toString('base64url');
}

/** Reads an invite, strictly. Refuses `invite_invalid`; and `invite_expired` by this machine's own clock. */
export function decodeInvite(text: string, nowMs: number): Invite {
  const { ca, ...invite } = validate(parse(text.trim()));
  const caPem = caFromDer(ca)?.toString();
  if (caPem === undefined) throw invalid('its CA is no certificate');
  if (nowMs > Date.parse(invite.expiresAt)) {
    throw new Refusal('invite_expired', `the invite ended at ${invite.expiresAt}`, {
      expiresAt: invite.expiresAt,
    });
  }
  return { ...invite, caPem };
}

/** What both sides can read out over the telephone. */
export function caFingerprint(caPem: string): string {
  return fingerprintOf(new X509Certificate(caPem));
}

function parse(text: string): unknown {
  if (!text.startsWith(PREFIX)) throw invalid(`it does not start with ${PREFIX}`);
  if (text.length > MAX_INVITE_CHARACTERS)
    throw invalid(`${text.length} characters (bound ${MAX_INVITE_CHARACTERS})`);
  const body = text.slice(PREFIX.length);
  const bytes = Buffer.from(body, 'base64url');
  if (bytes.toString('base64url') !== body) throw invalid('it is not base64url; was it copied whole?');
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw invalid('it is cut short or altered');
  }
}

function validate(fields: unknown): z.output<typeof InviteSchema> {
  const parsed = InviteSchema.safeParse(fields);
  if (parsed.success) return parsed.data;
  throw invalid(`field ${parsed.error.issues[0]?.path.join('.') || '(top)'} is not as expected`);
}

function caFromDer(ca: string): X509Certificate | undefined {
  try {
    const certificate = new X509Certificate(Buffer.from(ca, 'base64url'));
    return certificate.ca && certificate.raw.toString('base64url') === ca ? certificate : undefined;
  } catch {
    return undefined;
  }
}

function invalid(reason: string): Refusal {
  return new Refusal('invite_invalid', `invite refused: ${reason}`);
}
