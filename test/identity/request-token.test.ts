import fc from 'fast-check';
import { decodeProtectedHeader, jwtVerify, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { signCompact, signInput } from '../../shared/identity/jws.ts';
import { makeKey } from '../../shared/identity/keys.ts';
import { ReplayGuard } from '../../shared/identity/replay-guard.ts';
import {
  makeRequestToken,
  REQUEST_TOKEN_TYPE,
  verifyRequestToken,
} from '../../shared/identity/request-token.ts';
import { refusalOf } from '../support/refusal-of.ts';

const key = makeKey('identity');
const now = Date.parse('2026-11-22T12:00:00Z');
const call = { audience: 'demo', method: '/vedette.v1.Participation/Submit', now };
const HOUR_MS = 3_600_000;

function claims(change: object = {}): object {
  const iat = now / 1000;
  const jti = 'AAAAAAAAAAAAAAAAAAAAAA';
  return { iss: key.did, aud: call.audience, mth: call.method, iat, exp: iat + 60, jti, ...change };
}

function codeOf(token: string): string {
  return refusalOf(() => verifyRequestToken(token, call)).code;
}

describe('a request token', () => {
  it('says who calls', () => {
    const { did, expiresAtMs } = verifyRequestToken(makeRequestToken(key, call), call);
    expect(did).toBe(key.did);
    expect(expiresAtMs).toBe(now + 60_000);
  });

  it('is a JWT that jose verifies', async () => {
    const token = makeRequestToken(key, call);
    const { payload } = await jwtVerify(token, key.publicKey, {
      audience: 'demo',
      issuer: key.did,
      algorithms: ['EdDSA'],
      typ: REQUEST_TOKEN_TYPE,
      currentDate: new Date(now),
    });
    expect(payload.mth).toBe(call.method);
    expect(decodeProtectedHeader(token).kid).toBe(key.did);
  });

  it('may be made by jose', async () => {
    const token = await new SignJWT({ ...claims() })
      .setProtectedHeader({ alg: 'EdDSA', typ: REQUEST_TOKEN_TYPE, kid: key.did })
      .sign(key.privateKey);
    expect(verifyRequestToken(token, call).did).toBe(key.did);
  });

  it('is refused for another method or federation', () => {
    const token = makeRequestToken(key, call);
    const other = { ...call, method: '/vedette.v1.Control/Revoke' };
    expect(refusalOf(() => verifyRequestToken(token, other)).code).toBe('token_invalid');
    expect(refusalOf(() => verifyRequestToken(token, { ...call, audience: 'other' })).code).toBe(
      'token_invalid',
    );
  });

  it('is refused when the key is not enrolled, or another is enrolled under the did', () => {
    const token = makeRequestToken(key, call);
    expect(refusalOf(() => verifyRequestToken(token, { ...call, keyOf: () => undefined })).code).toBe(
      'member_unknown',
    );
    const keyOf = () => makeKey('identity').publicKey;
    expect(refusalOf(() => verifyRequestToken(token, { ...call, keyOf })).code).toBe('token_invalid');
  });

  it.each([
    ['ahead of', HOUR_MS, "your clock is 3600 s ahead of the coordinator's (bound 30 s)"],
    ['behind', -HOUR_MS, "your clock is 3600 s behind the coordinator's (bound 60 s)"],
  ])('of a clock an hour %s the coordinator says by how much', (_, offMs, message) => {
    const token = makeRequestToken(key, { ...call, now: now + offMs });
    const refusal = refusalOf(() => verifyRequestToken(token, call));
    expect(refusal.code).toBe('clock_skew');
    expect(refusal.message).toBe(message);
  });

  it.each([-59, -30, 0, 30])('of a clock %d s off still passes', (seconds) => {
    const token = makeRequestToken(key, { ...call, now: now + seconds * 1000 });
    expect(verifyRequestToken(token, call).did).toBe(key.did);
  });

  it.each([-60, 31])('of a clock %d s off is refused', (seconds) => {
    expect(codeOf(makeRequestToken(key, { ...call, now: now + seconds * 1000 }))).toBe('clock_skew');
  });

  it('tells nobody but the holder of the key about the clock', () => {
    const token = makeRequestToken(key, { ...call, now: now + HOUR_MS });
    const forged = `${token.slice(0, token.lastIndexOf('.'))}.${Buffer.alloc(64, 1).toString('base64url')}`;
    expect(codeOf(forged)).toBe('token_invalid');
  });

  it.each([
    ['a life beyond a minute', { exp: now / 1000 + 61 }],
    ['a life of nothing', { exp: now / 1000 }],
    ['another issuer', { iss: makeKey('identity').did }],
    ['no nonce', { jti: undefined }],
    ['a claim more', { admin: true }],
    ['fractional times', { iat: now / 1000 + 0.5 }],
  ])('with %s is refused', (_, change) => {
    expect(codeOf(signCompact(key, REQUEST_TOKEN_TYPE, claims(change)))).toBe('token_invalid');
  });

  it('of another type is refused', () => {
    expect(codeOf(signCompact(key, 'vedette-update+jwt', claims()))).toBe('token_invalid');
  });

  it.each([
    ['alg none', { alg: 'none', typ: REQUEST_TOKEN_TYPE, kid: key.did }],
    ['alg HS256', { alg: 'HS256', typ: REQUEST_TOKEN_TYPE, kid: key.did }],
    ['crit', { alg: 'EdDSA', typ: REQUEST_TOKEN_TYPE, kid: key.did, crit: ['exp'] }],
    ['a key of its own', { alg: 'EdDSA', typ: REQUEST_TOKEN_TYPE, kid: key.did, jwk: {} }],
    ['no kid', { alg: 'EdDSA', typ: REQUEST_TOKEN_TYPE }],
  ])('whose header has %s is refused, though the signature holds', (_, header) => {
    const [, payload] = makeRequestToken(key, call).split('.');
    const signingInput = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload}`;
    expect(codeOf(`${signingInput}.${signInput(key, signingInput)}`)).toBe('token_invalid');
  });

  it('changed in any character is refused', () => {
    const token = makeRequestToken(key, call);
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...'AQgw_-.=+ é\n'), (position, character) => {
        const changed = token.slice(0, position) + character + token.slice(position + 1);
        if (changed !== token) expect(codeOf(changed)).toBe('token_invalid');
      }),
      { numRuns: 500 },
    );
  });

  it('that is arbitrary text is refused by name', () => {
    const part = fc.oneof(
      fc.base64String(),
      fc.json().map((json) => Buffer.from(json).toString('base64url')),
    );
    const tokens = fc.oneof(
      fc.string(),
      fc.array(part, { maxLength: 4 }).map((parts) => parts.join('.')),
    );
    fc.assert(
      fc.property(tokens, (token) => {
        expect(codeOf(token)).toBe('token_invalid');
      }),
      { numRuns: 500 },
    );
    expect(codeOf('a'.repeat(1_000_000))).toBe('token_invalid');
  });
});

describe('the replay guard', () => {
  const token = (jti: string, expiresAtMs: number, did = key.did) => ({ did, jti, expiresAtMs });

  it('lets a token through once', () => {
    const guard = new ReplayGuard();
    guard.admit(token('a', now + 1000), now);
    expect(refusalOf(() => guard.admit(token('a', now + 1000), now + 999)).code).toBe('token_replayed');
    guard.admit(token('b', now + 1000), now);
  });

  it('keeps the nonces of two callers apart', () => {
    const guard = new ReplayGuard();
    guard.admit(token('a', now + 1000), now);
    guard.admit(token('a', now + 1000, makeKey('identity').did), now);
    expect(guard.size).toBe(2);
  });

  it('forgets what has expired', () => {
    const guard = new ReplayGuard();
    for (let i = 0; i < 100; i++) guard.admit(token(`${i}`, now + 1000), now);
    guard.admit(token('late', now + 9000), now + 1000);
    expect(guard.size).toBe(1);
  });

  it('stops one caller at its bound, and neither others nor the caller for ever', () => {
    const guard = new ReplayGuard(3);
    for (const jti of ['a', 'b', 'c']) guard.admit(token(jti, now + 1000), now);
    expect(refusalOf(() => guard.admit(token('d', now + 1000), now)).code).toBe('token_flood');
    guard.admit(token('d', now + 1000, makeKey('identity').did), now);
    guard.admit(token('e', now + 2000), now + 1000);
    expect(guard.size).toBe(1);
  });
});
