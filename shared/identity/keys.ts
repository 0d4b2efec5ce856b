/** Keys and their files: PKCS#8 PEM, readable by the owner only. The one file of identity that touches the disk. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { open } from 'node:fs/promises';
import { replaceFile } from '../durable-file.ts';
import { Refusal } from '../refusal.ts';
import { type DidAlgorithm, didOf } from './did-key.ts';

/**
 * What a key may be used for. `identity` signs a member's requests and updates, `operator` an operator's requests,
 * `coordinator` receipts and manifests, `log` checkpoints, `publisher` the model.sig, `transport` is behind a TLS
 * certificate, `ca` issues those.
 */
export type KeyUse = 'identity' | 'operator' | 'coordinator' | 'log' | 'publisher' | 'transport' | 'ca';

/** P-256 where a standard asks for it: Model Signing has no Ed25519 in its registry, and TLS stacks all know P-256. */
const ALGORITHM: Record<KeyUse, DidAlgorithm> = {
  identity: 'Ed25519',
  operator: 'Ed25519',
  coordinator: 'Ed25519',
  log: 'Ed25519',
  publisher: 'P-256',
  transport: 'P-256',
  ca: 'P-256',
};

export interface SigningKey {
  readonly use: KeyUse;
  readonly did: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export function makeKey(use: KeyUse): SigningKey {
  const { publicKey, privateKey } =
    ALGORITHM[use] === 'Ed25519'
      ? generateKeyPairSync('ed25519')
      : generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return { use, did: didOf(publicKey), publicKey, privateKey };
}

/** PKCS#8 PEM of the private key. */
export function keyToPem(key: SigningKey): string {
  return key.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

/** Refuses `key_invalid` when the text is no private key or not of the algorithm of its use. */
export function keyFromPem(use: KeyUse, pem: string, source = 'key'): SigningKey {
  const privateKey = parsePem(pem, source);
  const publicKey = createPublicKey(privateKey);
  const algorithm = publicKey.export({ format: 'jwk' }).crv;
  if (algorithm !== ALGORITHM[use]) {
    throw new Refusal(
      'key_invalid',
      `${source}: a key for ${use} is ${ALGORITHM[use]}, this one is ${algorithm}`,
    );
  }
  return { use, did: didOf(publicKey), publicKey, privateKey };
}

function parsePem(pem: string, source: string): KeyObject {
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(pem);
  } catch {
    throw new Refusal('key_invalid', `${source}: not an unencrypted PKCS#8 PEM private key`);
  }
  if (privateKey.asymmetricKeyType !== 'ed25519' && privateKey.asymmetricKeyType !== 'ec') {
    throw new Refusal(
      'key_invalid',
      `${source}: a ${privateKey.asymmetricKeyType} key, expected Ed25519 or P-256`,
    );
  }
  return privateKey;
}

/** Reads a key file. Refuses `key_missing`, `key_unsafe` when group or others may touch it, `key_invalid`. */
export async function loadKey(path: string, use: KeyUse): Promise<SigningKey> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new Refusal('key_missing', `no key file at ${path}`, { path });
    throw error;
  });
  try {
    refuseIfOpenToOthers(path, (await file.stat()).mode & 0o777);
    return keyFromPem(use, await file.readFile('utf8'), path);
  } finally {
    await file.close();
  }
}

function refuseIfOpenToOthers(path: string, permissions: number): void {
  // Windows has no such bits: every file there reports 666, and access is a matter of its ACL.
  if (process.platform === 'win32' || (permissions & 0o077) === 0) return;
  const mode = permissions.toString(8).padStart(3, '0');
  throw new Refusal('key_unsafe', `${path} is open to group or others: mode ${mode} (bound 600)`, {
    path,
    mode,
  });
}

/** Writes the key with mode 0600, whole or not at all. */
export async function saveKey(path: string, key: SigningKey): Promise<void> {
  await replaceFile(path, keyToPem(key));
}
