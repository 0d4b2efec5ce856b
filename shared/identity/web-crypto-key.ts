import { webcrypto } from 'node:crypto';
import type { SigningKey } from './keys.ts';

/** A P-256 key as the Web Crypto pair that certificate tooling wants. */
export async function toCryptoKeyPair(key: SigningKey): Promise<CryptoKeyPair> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const pkcs8 = key.privateKey.export({ format: 'der', type: 'pkcs8' });
  const spki = key.publicKey.export({ format: 'der', type: 'spki' });
  const [privateKey, publicKey] = await Promise.all([
    webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']),
    webcrypto.subtle.importKey('spki', spki, algorithm, true, ['verify']),
  ]);
  return { privateKey, publicKey } as CryptoKeyPair;
}
