/**
 * did:key, the name of a key that certifies itself: `did:key:z` + base58btc(multicodec ‖ public key).
 * Source: W3C CCG, The did:key Method; multicodec table (ed25519-pub 0xed, p256-pub 0x1200, as varints).
 */
import { createPublicKey, ECDH, type JsonWebKey, type KeyObject } from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519.js';
import { Refusal } from '../refusal.ts';
import { decodeBase58, encodeBase58 } from './base58.ts';

export type DidAlgorithm = 'Ed25519' | 'P-256';

interface Multikey {
  readonly algorithm: DidAlgorithm;
  /** Varint of the multicodec. */
  readonly prefix: readonly [number, number];
  /** Length of the raw public key in bytes; P-256 is the compressed point. */
  readonly keyBytes: number;
}

const MULTIKEYS: readonly Multikey[] = [
  { algorithm: 'Ed25519', prefix: [0xed, 0x01], keyBytes: 32 },
  { algorithm: 'P-256', prefix: [0x80, 0x24], keyBytes: 33 },
];

const METHOD = 'did:key:z';
/** 35 bytes are at most 48 characters; anything longer is refused before it is decoded. */
const MAX_DID_CHARACTERS = METHOD.length + 48;
const CACHED_KEYS = 4096;

export interface DidKey {
  readonly did: string;
  readonly algorithm: DidAlgorithm;
  /** 32 bytes for Ed25519, 33 (compressed point) for P-256. */
  readonly rawPublicKey: Uint8Array;
  readonly publicKey: KeyObject;
}

/** The did:key of a public key; refuses `key_invalid` for any other algorithm. */
export function didOf(publicKey: KeyObject): string {
  const jwk = publicKey.export({ format: 'jwk' });
  const x = Buffer.from(jwk.x ?? '', 'base64url');
  if (jwk.crv === 'Ed25519') return encode('Ed25519', x);
  if (jwk.crv === 'P-256') {
    const lastOfY = Buffer.from(jwk.y ?? '', 'base64url').at(-1) ?? 0;
    return encode('P-256', Buffer.concat([Buffer.of(lastOfY % 2 === 0 ? 2 : 3), x]));
  }
  throw new Refusal(
    'key_invalid',
    `a did:key holds an Ed25519 or P-256 key, not ${jwk.crv ?? jwk.kty ?? 'this kind'}`,
  );
}

const decoded = new Map<string, DidKey>();

/**
 * Decodes a did:key strictly: one spelling per key, a point on the curve, no Ed25519 point of small order (a key under
 * which anyone could sign). Decoded keys are kept, the oldest leaving first. Refuses `did_invalid`.
 */
export function decodeDid(did: string): DidKey {
  const known = decoded.get(did);
  if (known) return known;
  const fresh = decode(did);
  if (decoded.size >= CACHED_KEYS) {
    for (const oldest of decoded.keys()) {
      decoded.delete(oldest);
      break;
    }
  }
  decoded.set(did, fresh);
  return fresh;
}

export function publicKeyOf(did: string): KeyObject {
  return decodeDid(did).publicKey;
}

export function isDid(text: string): boolean {
  try {
    decodeDid(text);
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

function encode(algorithm: DidAlgorithm, rawPublicKey: Uint8Array): string {
  const multikey = MULTIKEYS.find((candidate) => candidate.algorithm === algorithm);
  return METHOD + encodeBase58(Buffer.concat([Buffer.from(multikey?.prefix ?? []), rawPublicKey]));
}

function decode(did: string): DidKey {
  if (!did.startsWith(METHOD))
    throw new Refusal('did_invalid', `not a did:key: it does not start with ${METHOD}`);
  if (did.length > MAX_DID_CHARACTERS) {
    throw new Refusal('did_invalid', `did:key of ${did.length} characters (bound ${MAX_DID_CHARACTERS})`);
  }
  const bytes = decodeBase58(did.slice(METHOD.length));
  if (!bytes) throw new Refusal('did_invalid', 'did:key with a character outside base58btc');
  const multikey = MULTIKEYS.find(({ prefix }) => bytes[0] === prefix[0] && bytes[1] === prefix[1]);
  if (!multikey) throw new Refusal('did_invalid', 'did:key of neither an Ed25519 nor a P-256 key');
  const rawPublicKey = bytes.subarray(2);
  if (rawPublicKey.length !== multikey.keyBytes) {
    throw new Refusal(
      'did_invalid',
      `did:key with ${rawPublicKey.length} key bytes (${multikey.algorithm} has ${multikey.keyBytes})`,
    );
  }
  const publicKey = importRaw(multikey.algorithm, rawPublicKey);
  return { did, algorithm: multikey.algorithm, rawPublicKey, publicKey };
}

function importRaw(algorithm: DidAlgorithm, raw: Uint8Array): KeyObject {
  try {
    const key = algorithm === 'Ed25519' ? ed25519Jwk(raw) : p256Jwk(raw);
    return createPublicKey({ key, format: 'jwk' });
  } catch {
    throw new Refusal('did_invalid', `did:key whose bytes are no usable ${algorithm} point`);
  }
}

function ed25519Jwk(raw: Uint8Array): JsonWebKey {
  const point = ed25519.Point.fromBytes(raw);
  if (point.isSmallOrder()) throw new RangeError('small order');
  return { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(raw).toString('base64url') };
}

function p256Jwk(raw: Uint8Array): JsonWebKey {
  const point = Buffer.from(
    ECDH.convertKey(raw, 'prime256v1', undefined, undefined, 'uncompressed') as Buffer,
  );
  const [x, y] = [point.subarray(1, 33), point.subarray(33)];
  return { kty: 'EC', crv: 'P-256', x: x.toString('base64url'), y: y.toString('base64url') };
}
