/**
 * The request token: a JWT that the caller signs with its own key for one method of one federation, so that identity
 * survives a proxy that ends TLS. Lives a minute at most and works once (`ReplayGuard`).
 */
import { type KeyObject, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { Refusal } from '../refusal.ts';
import { publicKeyOf } from './did-key.ts';
import { hasValidSignature, type Jws, JwsFormatError, parseCompact, signCompact } from './jws.ts';
import type { SigningKey } from './keys.ts';

export const REQUEST_TOKEN_TYPE = 'vedette-request+jwt';
/** The longest life a token may claim. */
export const MAX_TOKEN_LIFE_MS = 60_000;
/** How far the caller's clock may be ahead. */
export const CLOCK_SKEW_BOUND_MS = 30_000;
const MAX_TOKEN_CHARACTERS = 2048;
const JTI_BYTES = 16;

const ClaimsSchema = z.strictObject({
  iss: z.string(),
  aud: z.string(),
  /** Full gRPC method path, e.g. `/vedette.v1.Participation/Submit`. */
  mth: z.string(),
  /** Seconds since the epoch, as RFC 7519 has it. */
  iat: z.int().min(0),
  exp: z.int().min(0),
  jti: z.string().regex(/^[A-Za-z0-9_-]{16,64}$/),
});

export interface RequestContext {
  /** Federation id. */
  readonly audience: string;
  /** Full gRPC method path. */
  readonly method: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface VerifiedRequest {
  readonly did: string;
  readonly jti: string;
  /** When the token ends, milliseconds since the epoch. */
  readonly expiresAtMs: number;
}

export function makeRequestToken(key: SigningKey, { audience, method, now }: RequestContext): string {
  const issuedAt = Math.floor(now / 1000);
  return signCompact(key, REQUEST_TOKEN_TYPE, {
    iss: key.did,
    aud: audience,
    mth: method,
    iat: issuedAt,
    exp: issuedAt + MAX_TOKEN_LIFE_MS / 1000,
    jti: randomBytes(JTI_BYTES).toString('base64url'),
  } satisfies z.input<typeof ClaimsSchema>);
}

/**
 * Who calls. The signature is checked before the clock, so that only a genuine caller learns how far off it is.
 * Refuses `token_invalid`, `clock_skew`, and whatever `keyOf` refuses. Whether a replay is for `ReplayGuard` to say.
 *
 * @param expected.keyOf the key of an enrolled did, or undefined for a stranger. Default: any well-formed did:key,
 *   for callers that look the standing up themselves.
 */
export function verifyRequestToken(
  token: string,
  expected: RequestContext & { readonly keyOf?: (did: string) => KeyObject | undefined },
): VerifiedRequest {
  const jws = parse(token);
  if (jws.header.typ !== REQUEST_TOKEN_TYPE) throw invalid(`typ is not ${REQUEST_TOKEN_TYPE}`);
  const claims = ClaimsSchema.safeParse(jws.payload);
  if (!claims.success)
    throw invalid(`claim ${claims.error.issues[0]?.path.join('.') || 'set'} is not as expected`);
  const { iss, aud, mth, iat, exp, jti } = claims.data;
  if (jws.header.kid !== iss) throw invalid('kid and iss differ');
  const publicKey = (expected.keyOf ?? keyInDid)(iss);
  if (!publicKey)
    throw new Refusal('member_unknown', 'the key that signed this request is not enrolled here');
  if (!hasValidSignature(jws, publicKey)) throw invalid('the signature is not of the key it names');
  if (aud !== expected.audience) throw invalid(`made for another federation than ${expected.audience}`);
  if (mth !== expected.method) throw invalid(`made for another method than ${expected.method}`);
  checkClock(iat * 1000, exp * 1000, expected.now);
  return { did: iss, jti, expiresAtMs: exp * 1000 };
}

function parse(token: string): Jws {
  try {
    return parseCompact(token, MAX_TOKEN_CHARACTERS);
  } catch (error) {
    if (error instanceof JwsFormatError) throw invalid(error.message);
    throw error;
  }
}

function keyInDid(did: string): KeyObject {
  try {
    return publicKeyOf(did);
  } catch {
    throw invalid('iss is not a did:key');
  }
}

function checkClock(issuedAtMs: number, expiresAtMs: number, now: number): void {
  const lifeMs = expiresAtMs - issuedAtMs;
  if (lifeMs <= 0 || lifeMs > MAX_TOKEN_LIFE_MS) {
    throw invalid(`a life of ${lifeMs / 1000} s (bound ${MAX_TOKEN_LIFE_MS / 1000} s)`);
  }
  if (issuedAtMs - now > CLOCK_SKEW_BOUND_MS) throw skew(issuedAtMs - now, 'ahead of', CLOCK_SKEW_BOUND_MS);
  // Seen from here, a late clock and a token long on its way look the same; the token's own life is the bound.
  if (now >= expiresAtMs) throw skew(now - issuedAtMs, 'behind', lifeMs);
}

function skew(offMs: number, direction: 'ahead of' | 'behind', boundMs: number): Refusal {
  const offSeconds = Math.round(offMs / 1000);
  return new Refusal(
    'clock_skew',
    `your clock is ${offSeconds} s ${direction} the coordinator's (bound ${boundMs / 1000} s)`,
    { offSeconds, direction: direction === 'behind' ? 'behind' : 'ahead', boundSeconds: boundMs / 1000 },
  );
}

function invalid(reason: string): Refusal {
  return new Refusal('token_invalid', `request token refused: ${reason}`);
}
