import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  caFingerprint,
  decodeInvite,
  encodeInvite,
  type Invite,
  inviteSecretDigest,
  makeInviteSecret,
} from '../../shared/identity/invite.ts';
import { makeKey } from '../../shared/identity/keys.ts';
import { refusalOf } from '../support/refusal-of.ts';
import { issueLeaf, openAuthority } from './federation-authority.ts';

const now = Date.parse('2026-11-22T12:00:00Z');
let invite: Invite;
let leafPem = '';
beforeAll(async () => {
  const authority = await openAuthority();
  leafPem = (await issueLeaf(authority)).pem;
  invite = {
    federation: 'demo',
    endpoint: 'coordinator.example:7443',
    name: 'Hôpital Alpha',
    role: 'member',
    secret: makeInviteSecret(),
    caPem: authority.caPem,
    coordinator: makeKey('coordinator').did,
    expiresAt: '2026-11-29T12:00:00.000Z',
  };
});

const codeOf = (text: string) => refusalOf(() => decodeInvite(text, now)).code;

function invited(change: object): string {
  const fields = JSON.parse(
    Buffer.from(encodeInvite(invite).slice('vedette1.'.length), 'base64url').toString(),
  );
  return `vedette1.${Buffer.from(JSON.stringify({ ...fields, ...change })).toString('base64url')}`;
}

describe('an invite', () => {
  it('gives everything back, and pins the CA', () => {
    const text = encodeInvite(invite);
    expect(text).toMatch(/^vedette1\.[A-Za-z0-9_-]+$/);
    const back = decodeInvite(`  ${text}\n`, now);
    expect({ ...back, caPem: '' }).toEqual({ ...invite, caPem: '' });
    expect(caFingerprint(back.caPem)).toBe(caFingerprint(invite.caPem));
  });

  it('ends by the clock', () => {
    const end = Date.parse(invite.expiresAt);
    expect(decodeInvite(encodeInvite(invite), end).name).toBe(invite.name);
    expect(refusalOf(() => decodeInvite(encodeInvite(invite), end + 1)).code).toBe('invite_expired');
  });

  it('has a secret of 32 bytes, kept elsewhere as its SHA-256 only', () => {
    const expected = createHash('sha256').update(Buffer.from(invite.secret, 'base64url')).digest('hex');
    expect(inviteSecretDigest(invite.secret)).toBe(expected);
    expect(makeInviteSecret()).not.toBe(makeInviteSecret());
    expect(refusalOf(() => inviteSecretDigest('short')).code).toBe('invite_invalid');
  });

  it.each(['127.0.0.1:1', '[::1]:65535', 'a-b.example:443'])('may name the endpoint %s', (endpoint) => {
    expect(decodeInvite(encodeInvite({ ...invite, endpoint }), now).endpoint).toBe(endpoint);
  });

  it.each([
    ['an endpoint without a port', { endpoint: 'host' }],
    ['a port out of range', { endpoint: 'host:65536' }],
    ['an endpoint with a path', { endpoint: 'host:1/x' }],
    ['a role of its own', { role: 'root' }],
    ['a short secret', { secret: 'AAAA' }],
    ['a CA that is no certificate', { ca: 'AAAA' }],
    ['a coordinator that is no did', { coordinator: 'did:web:x' }],
    ['an end that is no time', { expiresAt: 'tomorrow' }],
    ['a field more', { extra: 1 }],
    ['a field less', { name: undefined }],
  ])('with %s is refused', (_, change) => {
    expect(codeOf(invited(change))).toBe('invite_invalid');
  });

  it('does not pin a certificate that is no CA', () => {
    expect(refusalOf(() => encodeInvite({ ...invite, caPem: leafPem })).code).toBe('invite_invalid');
  });

  it('cut at any place is refused', () => {
    const text = encodeInvite(invite);
    fc.assert(
      fc.property(fc.nat(text.length - 1), (cut) => {
        expect(codeOf(text.slice(0, cut))).toBe('invite_invalid');
      }),
    );
  });

  it('that is arbitrary text is refused by name', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.base64String().map((body) => `vedette1.${body}`),
      fc.json().map((json) => `vedette1.${Buffer.from(json).toString('base64url')}`),
      fc.constant(`vedette1.${'A'.repeat(1_000_000)}`),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(codeOf(text)).toBe('invite_invalid');
      }),
      { numRuns: 500 },
    );
  });
});
