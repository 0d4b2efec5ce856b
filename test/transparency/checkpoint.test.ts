import { createPublicKey } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { didOf } from '../../shared/identity/did-key.ts';
import { makeKey } from '../../shared/identity/keys.ts';
import {
  makeCheckpoint,
  noteKeyId,
  noteVerifierKey,
  parseCheckpoint,
  verifyCheckpoint,
} from '../../shared/transparency/checkpoint.ts';
import { EMPTY_ROOT } from '../../shared/transparency/merkle-tree.ts';
import { refusalOf } from '../support/refusal-of.ts';

const key = makeKey('log');
const log = { origin: 'coordinator.example/demo', did: key.did };
const head = { origin: log.origin, size: 42, root: 'ab'.repeat(32) };
const checkpoint = makeCheckpoint(head, key);

/** The example of C2SP tlog-checkpoint. */
const EXAMPLE = `example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
`;

describe('a note key', () => {
  // golang.org/x/mod/sumdb/note, the key of its documentation example.
  it('has the id that the reference implementation gives it', () => {
    const raw = Buffer.from('ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW', 'base64').subarray(1);
    expect(noteKeyId('PeterNeumann', raw)).toBe('c74f20a3');
    const publicKey = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') },
      format: 'jwk',
    });
    expect(noteVerifierKey('PeterNeumann', didOf(publicKey))).toBe(
      'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    );
  });
});

describe('a checkpoint', () => {
  it('is a signed note of origin, size and root', () => {
    const lines = checkpoint.split('\n');
    expect(lines.slice(0, 4)).toEqual([
      log.origin,
      '42',
      Buffer.from(head.root, 'hex').toString('base64'),
      '',
    ]);
    expect(lines[4]).toMatch(/^— coordinator\.example\/demo [A-Za-z0-9+/]+=*$/);
    expect(verifyCheckpoint(checkpoint, log)).toEqual(head);
  });

  it('of the published example is read as published', () => {
    const parsed = parseCheckpoint(EXAMPLE);
    expect(parsed).toMatchObject({ origin: 'example.com/behind-the-sofa', size: 20_852_163 });
    expect(parsed.root).toBe('0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62');
    expect(parsed.signatures).toHaveLength(1);
    expect(parsed.signatures[0]?.keyId).toBe('033de0ae');
    expect(parsed.signatures[0]?.signature.length).toBe(64);
  });

  it('of an empty log is signed like any other', () => {
    const empty = { ...head, size: 0, root: EMPTY_ROOT };
    expect(verifyCheckpoint(makeCheckpoint(empty, key), log)).toEqual(empty);
  });

  it('is refused under another key or of another origin', () => {
    expect(refusalOf(() => verifyCheckpoint(checkpoint, { ...log, did: makeKey('log').did })).code).toBe(
      'checkpoint_invalid',
    );
    expect(refusalOf(() => verifyCheckpoint(checkpoint, { ...log, origin: 'other/demo' })).code).toBe(
      'checkpoint_invalid',
    );
    expect(
      refusalOf(() => verifyCheckpoint(checkpoint, { ...log, did: makeKey('publisher').did })).code,
    ).toBe('key_invalid');
  });

  it('may carry the signatures of witnesses, which are left aside', () => {
    const witness = `— witness.example ${Buffer.alloc(76, 7).toString('base64')}\n`;
    expect(verifyCheckpoint(checkpoint + witness, log)).toEqual(head);
  });

  it('with a second, false signature under the key of the log is refused', () => {
    const lines = checkpoint.trimEnd().split('\n');
    const signature = Buffer.from(lines.at(-1)?.split(' ')[2] ?? '', 'base64');
    const forged = Buffer.concat([signature.subarray(0, 4), Buffer.alloc(64, 1)]).toString('base64');
    const refusal = refusalOf(() => verifyCheckpoint(`${checkpoint}— ${log.origin} ${forged}\n`, log));
    expect(refusal.code).toBe('checkpoint_invalid');
  });

  it.each([
    ['an extension line', checkpoint.replace('\n\n', '\nextension\n\n')],
    ['a leading zero in its size', checkpoint.replace('\n42\n', '\n042\n')],
    ['a signed size', checkpoint.replace('\n42\n', '\n+42\n')],
    ['a size beyond exact numbers', checkpoint.replace('\n42\n', '\n9999999999999999\n')],
    ['no signature', checkpoint.slice(0, checkpoint.indexOf('—'))],
    ['no final newline', checkpoint.trimEnd()],
    ['line ends of another kind', checkpoint.replaceAll('\n', '\r\n')],
    ['a short root', checkpoint.replace(/\n[^\n]+=\n\n/, '\nAAAA\n\n')],
    ['a root in another spelling', checkpoint.replace('=\n\n', '\n\n')],
    ['too many signatures', checkpoint + `— w ${Buffer.alloc(68).toString('base64')}\n`.repeat(16)],
    ['nothing in it', ''],
    ['endless text', 'x'.repeat(1_000_000)],
  ])('with %s is refused', (_, text) => {
    expect(refusalOf(() => parseCheckpoint(text)).code).toBe('checkpoint_invalid');
  });

  it.each([
    ['a space', 'a b'],
    ['a newline', 'a\nb'],
    ['a plus', 'a+b'],
    ['nothing', ''],
  ])('is not made for an origin with %s', (_, origin) => {
    expect(refusalOf(() => makeCheckpoint({ ...head, origin }, key)).code).toBe('checkpoint_invalid');
  });

  it('changed in any character is refused', () => {
    fc.assert(
      fc.property(fc.nat(checkpoint.length - 1), fc.constantFrom(...'0Aa=+/ \n—'), (position, character) => {
        const changed = checkpoint.slice(0, position) + character + checkpoint.slice(position + 1);
        if (changed === checkpoint) return;
        expect(refusalOf(() => verifyCheckpoint(changed, log)).code).toBe('checkpoint_invalid');
      }),
      { numRuns: 500 },
    );
  });

  it('that is arbitrary lines is refused by name', () => {
    const line = fc.oneof(
      fc.string(),
      fc.base64String(),
      fc.nat().map(String),
      fc.constantFrom('', log.origin),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        expect(refusalOf(() => verifyCheckpoint(lines.join('\n'), log)).code).toBe('checkpoint_invalid');
      }),
      { numRuns: 500 },
    );
  });

  it('gives back any head', () => {
    const heads = fc.record({
      origin: fc.stringMatching(/^[a-z0-9.:/-]{1,60}$/),
      size: fc.maxSafeNat(),
      root: fc
        .uint8Array({ minLength: 32, maxLength: 32 })
        .map((bytes) => Buffer.from(bytes).toString('hex')),
    });
    fc.assert(
      fc.property(heads, (any) => {
        expect(verifyCheckpoint(makeCheckpoint(any, key), { origin: any.origin, did: key.did })).toEqual(any);
      }),
    );
  });
});
