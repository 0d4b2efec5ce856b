/**
 * The log's signed head. Format: C2SP tlog-checkpoint over C2SP signed-note with an Ed25519 key (type 0x01).
 * Whoever signs must first have made size and root durable, and never sign a head inconsistent with the last.
 */
import { createHash, type KeyObject, sign, verify } from 'node:crypto';
import { decodeDid } from '../identity/did-key.ts';
import type { SigningKey } from '../identity/keys.ts';
import { Refusal } from '../refusal.ts';
import { HASH_BYTES } from './merkle-tree.ts';

const ED25519_NOTE_KEY = 0x01;
const KEY_ID_BYTES = 4;
/** The least that signed-note asks verifiers to accept. */
const MAX_SIGNATURES = 16;
const MAX_CHECKPOINT_CHARACTERS = 128 * 1024;
const ORIGIN = /^[^\s+\p{C}]{1,512}$/u;
const SIZE = /^(?:0|[1-9][0-9]{0,15})$/;
const SIGNATURE_LINE = /^— ([^\s+\p{C}]+) ([A-Za-z0-9+/]+={0,2})$/u;

export interface TreeHead {
  /** `<host>/<federation>`, also the name of the note key. */
  readonly origin: string;
  readonly size: number;
  /** Hex root of the RFC 6962 tree of that size. */
  readonly root: string;
}

/** A checkpoint read but not yet believed: see `verifyCheckpoint`. */
export interface ParsedCheckpoint extends TreeHead {
  /** What is signed, with its final newline. */
  readonly text: string;
  readonly signatures: readonly {
    readonly name: string;
    readonly keyId: string;
    readonly signature: Buffer;
  }[];
}

/** Hex of the first four bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key). */
export function noteKeyId(name: string, rawPublicKey: Uint8Array): string {
  const hash = createHash('sha256').update(`${name}\n`, 'utf8').update(Buffer.of(ED25519_NOTE_KEY));
  return hash
    .update(rawPublicKey)
    .digest('hex')
    .slice(0, KEY_ID_BYTES * 2);
}

/** The note verifier key `<name>+<key id>+<base64>`, as tools for signed notes take it. */
export function noteVerifierKey(origin: string, logDid: string): string {
  const { rawPublicKey } = ed25519Of(logDid);
  const key = Buffer.concat([Buffer.of(ED25519_NOTE_KEY), rawPublicKey]).toString('base64');
  return `${origin}+${noteKeyId(origin, rawPublicKey)}+${key}`;
}

export function makeCheckpoint(head: TreeHead, logKey: SigningKey): string {
  const text = textOf(head);
  const keyId = noteKeyId(head.origin, ed25519Of(logKey.did).rawPublicKey);
  const signature = Buffer.concat([
    Buffer.from(keyId, 'hex'),
    sign(null, Buffer.from(text, 'utf8'), logKey.privateKey),
  ]);
  return `${text}\n— ${head.origin} ${signature.toString('base64')}\n`;
}

/** Takes a checkpoint apart, strictly, without extension lines. Refuses `checkpoint_invalid`. */
export function parseCheckpoint(checkpoint: string): ParsedCheckpoint {
  if (checkpoint.length > MAX_CHECKPOINT_CHARACTERS) {
    throw invalid(`${checkpoint.length} characters (bound ${MAX_CHECKPOINT_CHARACTERS})`);
  }
  const lines = checkpoint.split('\n');
  const [origin, size, root, blank, ...rest] = lines;
  if (origin === undefined || size === undefined || root === undefined || blank !== '' || rest.pop() !== '') {
    throw invalid('it is not origin, size, root, an empty line and signatures');
  }
  if (rest.length === 0 || rest.length > MAX_SIGNATURES) {
    throw invalid(`${rest.length} signatures (bound 1 to ${MAX_SIGNATURES})`);
  }
  const head = { origin, size: Number(size), root: base64(root, 'root').toString('hex') };
  if (!SIZE.test(size)) throw invalid('its size is not a decimal number');
  return { ...head, text: textOf(head), signatures: rest.map(parseSignatureLine) };
}

/**
 * The head, believed: of this origin and signed by this log. Signatures of other keys are left aside.
 * Refuses `checkpoint_invalid`.
 */
export function verifyCheckpoint(
  checkpoint: string,
  log: { readonly origin: string; readonly did: string },
): TreeHead {
  const { text, signatures, origin, size, root } = parseCheckpoint(checkpoint);
  if (origin !== log.origin) throw invalid(`it is of another log than ${log.origin}`);
  const { rawPublicKey, publicKey } = ed25519Of(log.did);
  const keyId = noteKeyId(log.origin, rawPublicKey);
  const own = signatures.filter((line) => line.name === log.origin && line.keyId === keyId);
  const body = Buffer.from(text, 'utf8');
  if (own.length === 0 || !own.every(({ signature }) => verify(null, body, publicKey, signature))) {
    throw invalid('it carries no valid signature of the log');
  }
  return { origin, size, root };
}

function textOf({ origin, size, root }: TreeHead): string {
  if (!ORIGIN.test(origin))
    throw invalid('its origin is empty or holds spaces, a plus or control characters');
  if (!Number.isSafeInteger(size) || size < 0) throw invalid('its size is not a count');
  const bytes = Buffer.from(root, 'hex');
  if (bytes.length !== HASH_BYTES)
    throw invalid(`a root of ${bytes.length} bytes (SHA-256 has ${HASH_BYTES})`);
  return `${origin}\n${size}\n${bytes.toString('base64')}\n`;
}

function parseSignatureLine(line: string): ParsedCheckpoint['signatures'][number] {
  const [, name, encoded] = SIGNATURE_LINE.exec(line) ?? [];
  if (name === undefined || encoded === undefined) throw invalid('a line that is no signature');
  const bytes = base64(encoded, 'signature');
  if (bytes.length <= KEY_ID_BYTES) throw invalid('a signature that is too short');
  return {
    name,
    keyId: bytes.subarray(0, KEY_ID_BYTES).toString('hex'),
    signature: bytes.subarray(KEY_ID_BYTES),
  };
}

/** Node's decoder skips what it does not know; only the one canonical spelling passes here. */
function base64(text: string, part: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw invalid(`its ${part} is not base64`);
  return bytes;
}

function ed25519Of(did: string): { rawPublicKey: Uint8Array; publicKey: KeyObject } {
  const key = decodeDid(did);
  if (key.algorithm !== 'Ed25519')
    throw new Refusal('key_invalid', `a log signs with Ed25519, not ${key.algorithm}`);
  return key;
}

function invalid(reason: string): Refusal {
  return new Refusal('checkpoint_invalid', `checkpoint refused: ${reason}`);
}
