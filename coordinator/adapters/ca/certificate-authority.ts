/**
 * The federation's certificate authority: P-256, one self-signed certificate that invites pin, short-lived leaves.
 * Profiles after RFC 5280 and SPIFFE X509-SVID; the requests it signs say nothing but which key.
 */
import 'reflect-metadata';
import { randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  type JsonName,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate as TooledCertificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { fingerprintOf } from '../../../shared/identity/client-certificate.ts';
import type { SigningKey } from '../../../shared/identity/keys.ts';
import { parseSpiffeUri, type SpiffeId, spiffeUri } from '../../../shared/identity/spiffe-id.ts';
import { toCryptoKeyPair } from '../../../shared/identity/web-crypto-key.ts';
import { Refusal } from '../../../shared/refusal.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const CA_LIFE_MS = 3652 * DAY_MS;
const SERVER_LIFE_MS = 397 * DAY_MS;
export const LEAF_LIFE_MS = DAY_MS;
/** Certificates begin a little early, so that a client whose clock is behind can use one at once. */
const BACKDATE_MS = 60_000;
const MAX_CSR_CHARACTERS = 8192;
const STRONG_CURVES = new Set(['P-256', 'P-384']);
const ECDSA_SHA256 = { name: 'ECDSA', hash: 'SHA-256' };
const crypto = webcrypto as Crypto;

export interface IssuedCertificate {
  readonly pem: string;
  readonly der: Uint8Array;
  /** Lower-case hex SHA-256 of the DER. */
  readonly fingerprint: string;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  /** Milliseconds since the epoch. */
  readonly notAfter: number;
}

/** The self-signed CA certificate of a `ca` key, for ten years. */
export async function createCaCertificate(
  caKey: SigningKey,
  federation: string,
  nowMs: number,
): Promise<string> {
  const keys = await toCryptoKeyPair(caKey);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      name: [{ O: [federation] }, { CN: ['Vedette CA'] }],
      serialNumber: serialNumber(),
      ...life(nowMs, CA_LIFE_MS),
      keys,
      signingAlgorithm: ECDSA_SHA256,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
        await SubjectKeyIdentifierExtension.create(keys.publicKey, false, crypto),
      ],
    },
    crypto,
  );
  return `${certificate.toString('pem')}\n`;
}

export class CertificateAuthority {
  readonly caPem: string;
  readonly federation: string;
  readonly #caKeys: CryptoKeyPair;
  readonly #issuer: string;

  private constructor(federation: string, caPem: string, caKeys: CryptoKeyPair, issuer: string) {
    this.federation = federation;
    this.caPem = caPem;
    this.#caKeys = caKeys;
    this.#issuer = issuer;
  }

  /** Refuses `key_invalid` when the key is not the one in the certificate. */
  static async open(federation: string, caKey: SigningKey, caPem: string): Promise<CertificateAuthority> {
    if (!new X509Certificate(caPem).checkPrivateKey(caKey.privateKey)) {
      throw new Refusal('key_invalid', 'the CA key and the CA certificate do not belong together');
    }
    const issuer = new TooledCertificate(caPem).subject;
    return new CertificateAuthority(federation, caPem, await toCryptoKeyPair(caKey), issuer);
  }

  /** Lower-case hex SHA-256 of the CA certificate's DER. */
  get fingerprint(): string {
    return fingerprintOf(new X509Certificate(this.caPem));
  }

  /**
   * The coordinator's own certificate, for serverAuth.
   *
   * @param hosts host names and IP addresses under which clients dial it, at least one
   */
  async issueServerCertificate(
    serverKey: SigningKey,
    hosts: readonly string[],
    nowMs: number,
    lifeMs = SERVER_LIFE_MS,
  ): Promise<IssuedCertificate> {
    const { publicKey } = await toCryptoKeyPair(serverKey);
    const names = hosts.map((host) => ({
      type: isIP(host) ? ('ip' as const) : ('dns' as const),
      value: host,
    }));
    const usage = [ExtendedKeyUsage.serverAuth];
    return await this.#issue(publicKey, [{ CN: ['Vedette coordinator'] }], names, usage, life(nowMs, lifeMs));
  }

  /**
   * A client leaf for the key of a request: one SPIFFE id, 24 hours, clientAuth, never a CA. The name comes from the
   * caller, who knows the enrolment; names and extensions in the request are not read.
   * Refuses `csr_invalid`: unreadable, not signed by its own key, or a weak key.
   */
  async signCsr(csrPem: string, name: SpiffeId, nowMs: number): Promise<IssuedCertificate> {
    const uri = spiffeUri(name);
    if (name.federation !== this.federation || parseSpiffeUri(uri) === undefined) {
      throw new Refusal('csr_invalid', `no certificate is issued here for the name ${JSON.stringify(uri)}`);
    }
    const publicKey = await keyOfRequest(csrPem);
    const names = [{ type: 'url' as const, value: uri }];
    const usage = [ExtendedKeyUsage.clientAuth];
    return await this.#issue(publicKey, [{ CN: [name.id] }], names, usage, life(nowMs, LEAF_LIFE_MS));
  }

  async #issue(
    publicKey: CryptoKey,
    subject: JsonName,
    names: ConstructorParameters<typeof SubjectAlternativeNameExtension>[0],
    usage: ExtendedKeyUsage[],
    { notBefore, notAfter }: { notBefore: Date; notAfter: Date },
  ): Promise<IssuedCertificate> {
    const extensions: Extension[] = [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension(usage),
      new SubjectAlternativeNameExtension(names),
      await SubjectKeyIdentifierExtension.create(publicKey, false, crypto),
      await AuthorityKeyIdentifierExtension.create(this.#caKeys.publicKey, false, crypto),
    ];
    const certificate = await X509CertificateGenerator.create(
      {
        serialNumber: serialNumber(),
        subject,
        issuer: this.#issuer,
        notBefore,
        notAfter,
        publicKey,
        signingKey: this.#caKeys.privateKey,
        signingAlgorithm: ECDSA_SHA256,
        extensions,
      },
      crypto,
    );
    const der = new Uint8Array(certificate.rawData);
    return {
      pem: `${certificate.toString('pem')}\n`,
      der,
      fingerprint: fingerprintOf(new X509Certificate(der)),
      notBefore: certificate.notBefore.getTime(),
      notAfter: certificate.notAfter.getTime(),
    };
  }
}

async function keyOfRequest(csrPem: string): Promise<CryptoKey> {
  if (csrPem.length > MAX_CSR_CHARACTERS) {
    throw new Refusal('csr_invalid', `request of ${csrPem.length} characters (bound ${MAX_CSR_CHARACTERS})`);
  }
  const request = parseRequest(csrPem);
  const algorithm = request.publicKey.algorithm as EcKeyAlgorithm;
  if (algorithm.name !== 'ECDSA' || !STRONG_CURVES.has(algorithm.namedCurve)) {
    throw new Refusal('csr_invalid', `a key of kind ${algorithm.name}; only P-256 and P-384 are certified`);
  }
  if (!(await request.verify(crypto).catch(() => false))) {
    throw new Refusal('csr_invalid', 'the request is not signed by the key it names');
  }
  return await request.publicKey.export(crypto);
}

function parseRequest(csrPem: string): Pkcs10CertificateRequest {
  try {
    return new Pkcs10CertificateRequest(csrPem);
  } catch {
    throw new Refusal('csr_invalid', 'not a PKCS #10 certificate request in PEM');
  }
}

/** X.509 dates have whole seconds. */
function life(nowMs: number, lifeMs: number): { notBefore: Date; notAfter: Date } {
  const start = Math.floor(nowMs / 1000) * 1000 - BACKDATE_MS;
  return { notBefore: new Date(start), notAfter: new Date(start + lifeMs) };
}

/** 127 random bits, positive, as RFC 5280 section 4.1.2.2 wants. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}
