/** The client certificate, an X509-SVID in form: what it must be to be believed, and when to renew it. */
import { X509Certificate } from 'node:crypto';
import { Refusal } from '../refusal.ts';
import { parseSpiffeUri, type SpiffeId } from './spiffe-id.ts';

/** id-kp-clientAuth, RFC 5280 section 4.2.1.12. */
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const URI_SAN = /^URI:([!-~]+)$/;
/** Renewal is due at this share of the life … */
const RENEW_AT = 2 / 3;
/** … plus or minus half of this, so that a consortium does not renew all at once. */
const RENEW_JITTER = 0.1;

export interface VerifiedLeaf {
  readonly uri: string;
  readonly name: SpiffeId;
  /** Lower-case hex SHA-256 of the DER. */
  readonly fingerprint: string;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  /** Milliseconds since the epoch. */
  readonly notAfter: number;
}

/**
 * Checks a client certificate against the one CA: issuer and signature, dates, never a CA itself, for client
 * authentication, exactly one SAN and that a SPIFFE id. Refuses `certificate_invalid` or `certificate_expired`.
 */
export function verifyLeaf(der: Uint8Array, caPem: string, nowMs: number): VerifiedLeaf {
  const leaf = parseCertificate(der);
  const authority = new X509Certificate(caPem);
  if (!leaf.checkIssued(authority) || !leaf.verify(authority.publicKey)) {
    throw new Refusal(
      'certificate_invalid',
      'the client certificate was not issued by the CA of this federation',
    );
  }
  if (leaf.ca)
    throw new Refusal('certificate_invalid', 'a CA certificate was presented as a client certificate');
  if (!leaf.keyUsage?.includes(CLIENT_AUTH)) {
    throw new Refusal('certificate_invalid', 'the certificate is not for client authentication');
  }
  const uri = URI_SAN.exec(leaf.subjectAltName ?? '')?.[1];
  const name = uri === undefined ? undefined : parseSpiffeUri(uri);
  if (uri === undefined || name === undefined) {
    throw new Refusal(
      'certificate_invalid',
      'the certificate does not carry exactly one SPIFFE id and no other name',
    );
  }
  const { notBefore, notAfter } = checkDates(leaf, nowMs);
  return { uri, name, fingerprint: fingerprintOf(leaf), notBefore, notAfter };
}

/** When to renew: two thirds into the life, spread by `random` from [0, 1). All in milliseconds since the epoch. */
export function renewAtMs(notBefore: number, notAfter: number, random: number): number {
  return notBefore + (notAfter - notBefore) * (RENEW_AT + (random - 0.5) * RENEW_JITTER);
}

/** Lower-case hex SHA-256 of the DER, the fingerprint that people compare. */
export function fingerprintOf(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(':', '').toLowerCase();
}

function parseCertificate(der: Uint8Array): X509Certificate {
  try {
    return new X509Certificate(Buffer.from(der));
  } catch {
    throw new Refusal('certificate_invalid', 'the client certificate is not an X.509 certificate');
  }
}

function checkDates(leaf: X509Certificate, nowMs: number): { notBefore: number; notAfter: number } {
  const notBefore = Date.parse(leaf.validFrom);
  const notAfter = Date.parse(leaf.validTo);
  if (nowMs < notBefore) {
    throw new Refusal(
      'certificate_invalid',
      `the certificate begins only at ${new Date(notBefore).toISOString()}`,
    );
  }
  if (nowMs > notAfter) {
    throw new Refusal('certificate_expired', `the certificate ended at ${new Date(notAfter).toISOString()}`);
  }
  return { notBefore, notAfter };
}
