import fc from 'fast-check';
import { compactVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { signCompact } from '../../shared/identity/jws.ts';
import { makeKey } from '../../shared/identity/keys.ts';
import { signReceipt, verifyReceipt } from '../../shared/provenance/receipt.ts';
import { signUpdateHeader, verifyUpdateHeader } from '../../shared/provenance/update-header.ts';
import { signVote, verifyVote } from '../../shared/provenance/vote.ts';
import type { RefusalCode } from '../../shared/refusal.ts';
import { refusalOf } from '../support/refusal-of.ts';
import {
  coordinatorKey,
  digest,
  exampleHeader,
  exampleProof,
  exampleVote,
  log,
  memberKey,
  otherKey,
  trusted,
} from './examples.ts';

const header = exampleHeader();
const token = signUpdateHeader(memberKey, header);

const receipt = {
  federation: 'demo',
  kind: 'update' as const,
  round: 3,
  member: memberKey.did,
  digest: digest('update'),
  verdict: { decision: 'ignore' as const, code: 'update_late' as const, message: 'the round had closed' },
  ...exampleProof(),
  inclusion: [...exampleProof().inclusion],
};

describe('a signed update header', () => {
  it('gives back what was signed, and by the same key the same token', () => {
    expect(verifyUpdateHeader(token, memberKey.did)).toEqual(header);
    expect(signUpdateHeader(memberKey, { ...header })).toBe(token);
  });

  it('is a JWS that jose verifies', async () => {
    const { payload, protectedHeader } = await compactVerify(token, memberKey.publicKey, {
      algorithms: ['EdDSA'],
    });
    expect(protectedHeader).toEqual({ alg: 'EdDSA', typ: 'vedette-update+jwt', kid: memberKey.did });
    expect(JSON.parse(new TextDecoder().decode(payload))).toEqual(header);
  });

  it('counts for its member only', () => {
    expect(refusalOf(() => verifyUpdateHeader(token, otherKey.did)).code).toBe('update_signer');
    expect(refusalOf(() => signUpdateHeader(otherKey, header)).code).toBe('update_signer');
    const foreign = signCompact(otherKey, 'vedette-update+jwt', header);
    expect(refusalOf(() => verifyUpdateHeader(foreign)).code).toBe('update_signer');
  });

  it('of another kind of statement is refused, and so is a key that cannot sign one', () => {
    expect(refusalOf(() => verifyUpdateHeader(signVote(memberKey, exampleVote()))).code).toBe(
      'update_signature',
    );
    const p256 = signCompact({ ...memberKey, did: makeKey('publisher').did }, 'vedette-update+jwt', header);
    expect(refusalOf(() => verifyUpdateHeader(p256)).code).toBe('update_signature');
  });

  it.each([
    ['a digest in upper case', { update: digest('update').toUpperCase() }],
    ['negative samples', { samples: -1 }],
    ['fractional samples', { samples: 1.5 }],
    ['a metric that is no number', { metrics: { loss: null } }],
    ['a metric of two lines', { metrics: { 'loss\n  verdict   accept: accepted': 1 } }],
    ['a metric that steers a terminal', { metrics: { 'loss\u001b[2J': 1 } }],
    ['a metric that turns the direction of writing', { metrics: { 'loss\u202e': 1 } }],
    ['software of two lines', { software: 'v\n  update trusted' }],
    ['a privacy mechanism unheard of', { privacy: { mechanism: 'magic' } }],
    ['a time without a zone', { issuedAt: '2026-11-22T12:00:00' }],
    ['no nonce', { nonce: '' }],
    ['a field more', { weight: 9 }],
  ])('with %s is refused', (_, change) => {
    const signed = signCompact(memberKey, 'vedette-update+jwt', { ...header, ...change });
    expect(refusalOf(() => verifyUpdateHeader(signed)).code).toBe('update_malformed');
  });

  it('changed in any character is refused', () => {
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...'AQgw_-.='), (position, character) => {
        const changed = token.slice(0, position) + character + token.slice(position + 1);
        if (changed !== token)
          expect(refusalOf(() => verifyUpdateHeader(changed)).code).toBe('update_signature');
      }),
      { numRuns: 500 },
    );
  });

  it('that is arbitrary text is refused by name', () => {
    const part = fc.json().map((json) => Buffer.from(json).toString('base64url'));
    const texts = fc.oneof(
      fc.string(),
      fc.array(part, { maxLength: 4 }).map((parts) => parts.join('.')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(refusalOf(() => verifyUpdateHeader(text)).code).toBe('update_signature');
      }),
    );
  });

  it('signed with an arbitrary payload is malformed', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (payload) => {
        const signed = signCompact(memberKey, 'vedette-update+jwt', payload);
        expect(refusalOf(() => verifyUpdateHeader(signed)).code).toBe('update_malformed');
      }),
    );
  });
});

describe('a signed vote', () => {
  it('gives back what was signed', () => {
    const vote = { ...exampleVote(), reason: 'as good as ours' };
    expect(verifyVote(signVote(memberKey, vote), memberKey.did)).toEqual(vote);
  });

  it('is refused for another member, as another kind, or with a quantile that is not finite', () => {
    expect(refusalOf(() => verifyVote(signVote(memberKey, exampleVote()), otherKey.did)).code).toBe(
      'vote_invalid',
    );
    expect(refusalOf(() => signVote(otherKey, exampleVote())).code).toBe('vote_invalid');
    expect(refusalOf(() => verifyVote(token)).code).toBe('vote_invalid');
    const infinite = { ...exampleVote(), p99: Number.POSITIVE_INFINITY };
    expect(refusalOf(() => signVote(memberKey, infinite)).code).toBe('vote_invalid');
  });
});

describe('a receipt', () => {
  const signed = signReceipt(coordinatorKey, receipt);

  it('proves offline that the entry is in the log, and says what came of it', () => {
    const { receipt: read, head } = verifyReceipt(signed, trusted);
    expect(read).toEqual(receipt);
    expect(head).toMatchObject({ origin: log.origin, size: 12 });
  });

  it('of anyone but the coordinator is refused', () => {
    expect(refusalOf(() => verifyReceipt(signReceipt(otherKey, receipt), trusted)).code).toBe(
      'receipt_invalid',
    );
  });

  it('whose leaf is not in the log is refused', () => {
    for (const change of [{ leaf: digest('other') }, { index: 6 }, { inclusion: [] }]) {
      const forged = signReceipt(coordinatorKey, { ...receipt, ...change });
      expect(refusalOf(() => verifyReceipt(forged, trusted)).code).toBe('receipt_invalid');
    }
  });

  it('that leads to a head of another log is refused', () => {
    const other = { ...trusted, log: { ...log, did: otherKey.did } };
    expect(refusalOf(() => verifyReceipt(signed, other)).code).toBe('checkpoint_invalid');
  });

  it('with a code that no refusal has is not signed', () => {
    const verdict = { decision: 'reject' as const, code: 'because' as RefusalCode };
    expect(refusalOf(() => signReceipt(coordinatorKey, { ...receipt, verdict })).code).toBe(
      'receipt_invalid',
    );
  });
});
