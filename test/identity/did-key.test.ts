import { createPublicKey } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase58, encodeBase58 } from '../../shared/identity/base58.ts';
import { decodeDid, didOf, isDid } from '../../shared/identity/did-key.ts';
import { makeKey } from '../../shared/identity/keys.ts';
import { refusalOf } from '../support/refusal-of.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('base58btc', () => {
  it.each([
    // IETF draft-msporny-base58, section 5.
    ['Hello World!', '2NEpo7TZRRrLZSi2U'],
    [
      'The quick brown fox jumps over the lazy dog.',
      'USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z',
    ],
  ])('writes %j as published', (text, encoded) => {
    expect(encodeBase58(Buffer.from(text))).toBe(encoded);
    expect(Buffer.from(decodeBase58(encoded) ?? []).toString()).toBe(text);
  });

  it('keeps leading zeros', () => {
    expect(encodeBase58(Buffer.from('0000287fb4cd', 'hex'))).toBe('11233QC4');
    expect(hex(decodeBase58('11233QC4') ?? new Uint8Array())).toBe('0000287fb4cd');
  });

  it('gives back any bytes, and has one spelling for them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 48 }), (bytes) => {
        expect(decodeBase58(encodeBase58(bytes))).toEqual(bytes);
      }),
    );
    const alphabet = [...'123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'];
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 60 }), (text) => {
        expect(encodeBase58(decodeBase58(text) ?? new Uint8Array())).toBe(text);
      }),
    );
  });
});

describe('a did:key', () => {
  it.each([
    // The key of the all-zero seed.
    [
      'z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp',
      '3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29',
    ],
    // W3C CCG did:key, the example of section 1.
    [
      'z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK',
      '2e6fcce36701dc791488e0d0b1745cc1e33a4c1c9fcc41c63bd343dbbe0970e6',
    ],
  ])('%s decodes to its 32 bytes', (multibase, bytes) => {
    const { algorithm, rawPublicKey, publicKey } = decodeDid(`did:key:${multibase}`);
    expect(algorithm).toBe('Ed25519');
    expect(hex(rawPublicKey)).toBe(bytes);
    expect(didOf(publicKey)).toBe(`did:key:${multibase}`);
  });

  it.each([
    'did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169',
    'did:key:zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv',
  ])('%s of the specification survives decoding and encoding', (did) => {
    expect(didOf(decodeDid(did).publicKey)).toBe(did);
  });

  it('names the RFC 8032 key of test 1', () => {
    const raw = Buffer.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex');
    const key = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') },
      format: 'jwk',
    });
    expect(hex(decodeDid(didOf(key)).rawPublicKey)).toBe(raw.toString('hex'));
  });

  it('gives back every fresh key of both algorithms', () => {
    for (const use of ['identity', 'publisher'] as const) {
      for (let i = 0; i < 20; i++) {
        const key = makeKey(use);
        expect(decodeDid(key.did).publicKey.equals(key.publicKey)).toBe(true);
      }
    }
  });

  it.each([
    ['another method', 'did:web:example.org'],
    ['another multibase', 'did:key:f6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK'],
    ['a character outside the alphabet', 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2do0'],
    ['a key cut short', 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2do'],
    ['a leading zero byte', 'did:key:z16MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK'],
    ['a fragment', 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK#key'],
    ['secp256k1', 'did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme'],
    ['endless text', `did:key:z${'6'.repeat(100_000)}`],
    ['nothing', 'did:key:z'],
  ])('with %s is refused', (_, did) => {
    expect(refusalOf(() => decodeDid(did)).code).toBe('did_invalid');
  });

  it('of a point of small order is refused, for anyone could sign under it', () => {
    const identityPoint = Buffer.concat([Buffer.from('ed0101', 'hex'), Buffer.alloc(31)]);
    const did = `did:key:z${encodeBase58(identityPoint)}`;
    expect(refusalOf(() => decodeDid(did)).message).toMatch(/no usable Ed25519 point/);
  });

  it('of a P-256 point off the curve is refused', () => {
    const offCurve = Buffer.concat([Buffer.from('802402', 'hex'), Buffer.alloc(32, 0xff)]);
    expect(isDid(`did:key:z${encodeBase58(offCurve)}`)).toBe(false);
  });

  it('of arbitrary text is either refused by name or spelt just so', () => {
    const keyBytes = fc.tuple(
      fc.constantFrom('ed01', '8024', '8026', ''),
      fc.uint8Array({ minLength: 30, maxLength: 35 }),
    );
    const dids = fc.oneof(
      fc.string({ maxLength: 80 }).map((text) => `did:key:z${text}`),
      keyBytes.map(
        ([code, bytes]) => `did:key:z${encodeBase58(Buffer.concat([Buffer.from(code, 'hex'), bytes]))}`,
      ),
    );
    fc.assert(
      fc.property(dids, (did) => {
        if (isDid(did)) expect(didOf(decodeDid(did).publicKey)).toBe(did);
        else expect(refusalOf(() => decodeDid(did)).code).toBe('did_invalid');
      }),
      { numRuns: 300 },
    );
  });
});
