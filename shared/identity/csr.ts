/** The certificate request (PKCS #10, RFC 2986), made where the transport key was made: the key never travels. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import type { SigningKey } from './keys.ts';
import { toCryptoKeyPair } from './web-crypto-key.ts';

/**
 * PEM of a request for a transport key. It carries no name: the authority writes the name from the enrolment, and
 * believes of the request only that its maker holds the key.
 */
export async function makeCsr(transportKey: SigningKey): Promise<string> {
  const keys = await toCryptoKeyPair(transportKey);
  const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' };
  const request = await Pkcs10CertificateRequestGenerator.create(
    { keys, signingAlgorithm },
    webcrypto as Crypto,
  );
  return request.toString('pem');
}
