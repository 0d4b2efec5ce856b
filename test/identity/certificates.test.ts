import 'reflect-metadata';
import { webcrypto, X509Certificate } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import {
  ExtendedKeyUsageExtension,
  type Extension,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { CertificateAuthority } from '../../coordinator/adapters/ca/certificate-authority.ts';
import { renewAtMs, verifyLeaf } from '../../shared/identity/client-certificate.ts';
import { makeCsr } from '../../shared/identity/csr.ts';
import { keyToPem, makeKey } from '../../shared/identity/keys.ts';
import { parseSpiffeUri, spiffeUri } from '../../shared/identity/spiffe-id.ts';
import { toCryptoKeyPair } from '../../shared/identity/web-crypto-key.ts';
import { refusalOf, refusalOfAsync } from '../support/refusal-of.ts';
import { issueLeaf, MEMBER, NOW, openAuthority } from './federation-authority.ts';

const HOUR_MS = 3_600_000;
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const crypto = webcrypto as Crypto;

let authority: CertificateAuthority;
beforeAll(async () => {
  authority = await openAuthority();
});

/** A certificate by our CA key with whatever extensions: what a careless authority might sign. */
async function carelessLeaf(extensions: Extension[]): Promise<Uint8Array> {
  const caKey = makeKey('ca');
  const [ca, leaf] = await Promise.all([toCryptoKeyPair(caKey), toCryptoKeyPair(makeKey('transport'))]);
  const notBefore = new Date(NOW - 1000);
  const notAfter = new Date(NOW + HOUR_MS);
  const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' };
  const issuer = 'CN=careless';
  const root = await X509CertificateGenerator.createSelfSigned(
    { name: issuer, keys: ca, notBefore, notAfter, signingAlgorithm },
    crypto,
  );
  const certificate = await X509CertificateGenerator.create(
    {
      issuer,
      subject: 'CN=x',
      notBefore,
      notAfter,
      publicKey: leaf.publicKey,
      signingKey: ca.privateKey,
      signingAlgorithm,
      extensions,
    },
    crypto,
  );
  carelessCa = root.toString('pem');
  return new Uint8Array(certificate.rawData);
}
let carelessCa = '';

const uri = (value: string) => ({ type: 'url' as const, value });
const forClients = new ExtendedKeyUsageExtension([CLIENT_AUTH]);

describe('a SPIFFE id', () => {
  it('is written and read for members and operators', () => {
    expect(spiffeUri(MEMBER)).toBe('spiffe://demo/member/alpha/node/0');
    const operator = { role: 'operator', federation: 'demo', id: 'z6MkhaXg' } as const;
    for (const name of [MEMBER, operator]) expect(parseSpiffeUri(spiffeUri(name))).toEqual(name);
  });

  it.each([
    'spiffe://demo',
    'spiffe://demo/member/alpha',
    'spiffe://demo/member/alpha/node/00',
    'spiffe://demo/member/alpha/node/0/more',
    'spiffe://demo/member/../node/0',
    'spiffe://demo/operator/.',
    'spiffe://demo/operator/a%2fb',
    'spiffe://demo/operator/a?query',
    'spiffe://Demo/operator/a',
    'spiffe://user@demo/operator/a',
    'https://demo/operator/a',
    'spiffe://demo/operator/a\n',
    'spiffe://demo/integrator/a',
  ])('%j is none of ours', (text) => {
    expect(parseSpiffeUri(text)).toBeUndefined();
  });

  it('is read only as it would be written', () => {
    fc.assert(
      fc.property(
        fc.webUrl().map((url) => url.replace(/^https?/, 'spiffe')),
        (text) => {
          const name = parseSpiffeUri(text);
          if (name) expect(spiffeUri(name)).toBe(text);
        },
      ),
    );
  });
});

describe('a client certificate', () => {
  it('names the member it was issued to, for 24 hours', async () => {
    const leaf = await issueLeaf(authority);
    const verified = verifyLeaf(leaf.der, authority.caPem, NOW);
    expect(verified).toMatchObject({
      uri: 'spiffe://demo/member/alpha/node/0',
      name: MEMBER,
      fingerprint: leaf.fingerprint,
    });
    expect(verified.notAfter - verified.notBefore).toBe(24 * HOUR_MS);
    expect(verified).toMatchObject({ notBefore: leaf.notBefore, notAfter: leaf.notAfter });
    expect(new X509Certificate(leaf.pem).raw.equals(leaf.der)).toBe(true);
  });

  it('names an operator as one', async () => {
    const leaf = await issueLeaf(authority, { role: 'operator', federation: 'demo', id: 'olga' });
    expect(verifyLeaf(leaf.der, authority.caPem, NOW).name).toEqual({
      role: 'operator',
      federation: 'demo',
      id: 'olga',
    });
  });

  it('is refused after its end and before its beginning', async () => {
    const { der, notAfter, notBefore } = await issueLeaf(authority);
    expect(refusalOf(() => verifyLeaf(der, authority.caPem, notAfter + 1)).code).toBe('certificate_expired');
    expect(refusalOf(() => verifyLeaf(der, authority.caPem, notBefore - 1)).code).toBe('certificate_invalid');
  });

  it('of another CA, even one of the same name, is refused', async () => {
    const { der } = await issueLeaf(await openAuthority());
    expect(refusalOf(() => verifyLeaf(der, authority.caPem, NOW)).code).toBe('certificate_invalid');
  });

  it('is never the CA itself, nor the certificate of a server', async () => {
    const ca = new X509Certificate(authority.caPem).raw;
    expect(refusalOf(() => verifyLeaf(ca, authority.caPem, NOW)).code).toBe('certificate_invalid');
    const server = await authority.issueServerCertificate(makeKey('transport'), ['localhost'], NOW);
    expect(refusalOf(() => verifyLeaf(server.der, authority.caPem, NOW)).message).toMatch(/not for client/);
  });

  it('is believed from a careless authority when all is as it must be', async () => {
    const der = await carelessLeaf([
      forClients,
      new SubjectAlternativeNameExtension([uri(spiffeUri(MEMBER))]),
    ]);
    expect(verifyLeaf(der, carelessCa, NOW).name).toEqual(MEMBER);
  });

  it.each([
    ['no name', [forClients]],
    [
      'two ids',
      [
        forClients,
        new SubjectAlternativeNameExtension([uri(spiffeUri(MEMBER)), uri('spiffe://demo/operator/x')]),
      ],
    ],
    [
      'a host name beside it',
      [
        forClients,
        new SubjectAlternativeNameExtension([uri(spiffeUri(MEMBER)), { type: 'dns' as const, value: 'x' }]),
      ],
    ],
    [
      'a URI of another kind',
      [forClients, new SubjectAlternativeNameExtension([uri('https://demo/operator/x')])],
    ],
    [
      'a URI that looks like two',
      [forClients, new SubjectAlternativeNameExtension([uri('spiffe://demo/operator/x, URI:y')])],
    ],
    ['no purpose', [new SubjectAlternativeNameExtension([uri(spiffeUri(MEMBER))])]],
  ])('with %s is refused', async (_, extensions) => {
    const der = await carelessLeaf(extensions);
    expect(refusalOf(() => verifyLeaf(der, carelessCa, NOW)).code).toBe('certificate_invalid');
  });

  it('changed in any byte, or arbitrary bytes, is refused by name', async () => {
    const { der } = await issueLeaf(authority);
    fc.assert(
      fc.property(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }), (position, mask) => {
        const changed = der.with(position, (der[position] ?? 0) ^ mask);
        expect(refusalOf(() => verifyLeaf(changed, authority.caPem, NOW)).code).toBe('certificate_invalid');
      }),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(refusalOf(() => verifyLeaf(bytes, authority.caPem, NOW)).code).toBe('certificate_invalid');
      }),
    );
  });
});

describe('the certificate authority', () => {
  it('does not let a request name itself, nor become a CA', async () => {
    const keys = await toCryptoKeyPair(makeKey('transport'));
    const request = await Pkcs10CertificateRequestGenerator.create(
      {
        name: 'CN=root',
        keys,
        signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
        extensions: [new SubjectAlternativeNameExtension([uri('spiffe://demo/operator/root')])],
      },
      crypto,
    );
    const { der } = await authority.signCsr(request.toString('pem'), MEMBER, NOW);
    expect(verifyLeaf(der, authority.caPem, NOW).name).toEqual(MEMBER);
    expect(new X509Certificate(der).subject).toBe('CN=alpha');
  });

  it.each([
    [
      'RSA',
      {
        name: 'RSASSA-PKCS1-v1_5',
        modulusLength: 2048,
        publicExponent: Uint8Array.of(1, 0, 1),
        hash: 'SHA-256',
      },
    ],
    ['P-521', { name: 'ECDSA', namedCurve: 'P-521', hash: 'SHA-512' }],
    ['Ed25519', { name: 'Ed25519' }],
  ])('refuses a request with a key of kind %s', async (_, algorithm) => {
    const keys = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair;
    const request = await Pkcs10CertificateRequestGenerator.create(
      { keys, signingAlgorithm: algorithm },
      crypto,
    );
    const refusal = await refusalOfAsync(() => authority.signCsr(request.toString('pem'), MEMBER, NOW));
    expect(refusal.code).toBe('csr_invalid');
    expect(refusal.message).toMatch(/only P-256 and P-384/);
  });

  it('refuses a request that its key did not sign', async () => {
    const csr = await makeCsr(makeKey('transport'));
    const der = Buffer.from(csr.replace(/-----[^-]+-----|\s/g, ''), 'base64');
    const changed = Buffer.from(der);
    // The last byte is of the signature.
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${changed.toString('base64')}\n-----END CERTIFICATE REQUEST-----`;
    const refusal = await refusalOfAsync(() => authority.signCsr(pem, MEMBER, NOW));
    expect(refusal).toMatchObject({
      code: 'csr_invalid',
      message: 'the request is not signed by the key it names',
    });
  });

  it('refuses by name whatever is no request', async () => {
    const csr = await makeCsr(makeKey('transport'));
    const bodies = fc.oneof(
      fc.string(),
      fc.nat(csr.length - 1).map((cut) => csr.slice(0, cut)),
      fc
        .base64String()
        .map((body) => `-----BEGIN CERTIFICATE REQUEST-----\n${body}\n-----END CERTIFICATE REQUEST-----`),
      fc.constant('x'.repeat(1_000_000)),
      fc.constant(authority.caPem),
    );
    await fc.assert(
      fc.asyncProperty(bodies, async (text) => {
        expect((await refusalOfAsync(() => authority.signCsr(text, MEMBER, NOW))).code).toBe('csr_invalid');
      }),
    );
  });

  it('refuses a name of another federation, or one that would break out of its place', async () => {
    const csr = await makeCsr(makeKey('transport'));
    for (const name of [
      { ...MEMBER, federation: 'other' },
      { ...MEMBER, id: 'a/../b' },
      { ...MEMBER, id: 'a, URI:b' },
    ]) {
      expect((await refusalOfAsync(() => authority.signCsr(csr, name, NOW))).code).toBe('csr_invalid');
    }
  });

  it('does not open with a key of another CA', async () => {
    const open = () => CertificateAuthority.open('demo', makeKey('ca'), authority.caPem);
    expect((await refusalOfAsync(open)).code).toBe('key_invalid');
  });

  it('issues certificates with which both ends of a TLS connection know each other', async () => {
    // TLS goes by the clock of the machine, so these are issued now.
    const now = Date.now();
    const [serverKey, clientKey] = [makeKey('transport'), makeKey('transport')];
    const server = await authority.issueServerCertificate(serverKey, ['localhost', '127.0.0.1', '::1'], now);
    const client = await authority.signCsr(await makeCsr(clientKey), MEMBER, now);
    const seen = await clientCertificateSeen(
      { key: keyToPem(serverKey), cert: server.pem, ca: authority.caPem },
      { key: keyToPem(clientKey), cert: client.pem, ca: authority.caPem },
    );
    expect(verifyLeaf(seen, authority.caPem, now).name).toEqual(MEMBER);
    const names = new X509Certificate(server.der).subjectAltName;
    expect(names).toBe('DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1');
  });
});

interface TlsEnd {
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
}

/** DER of the client's certificate as a server that demands one sees it over TLS. */
async function clientCertificateSeen(server: TlsEnd, client: TlsEnd): Promise<Uint8Array> {
  return await new Promise((resolve, reject) => {
    const listener = createServer(
      { ...server, requestCert: true, rejectUnauthorized: true },
      (socket: TLSSocket) => {
        resolve(socket.getPeerCertificate().raw);
        socket.end();
        listener.close();
      },
    );
    listener.on('tlsClientError', reject);
    listener.listen(0, '127.0.0.1', () => {
      const { port } = listener.address() as AddressInfo;
      connect({ ...client, host: '127.0.0.1', port, servername: 'localhost' })
        .on('error', reject)
        .resume();
    });
  });
}

describe('the time to renew', () => {
  it('is two thirds into the life, give or take a twentieth of it', () => {
    expect(renewAtMs(0, 24 * HOUR_MS, 0.5)).toBe(16 * HOUR_MS);
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (random) => {
        const at = renewAtMs(NOW, NOW + 24 * HOUR_MS, random) - NOW;
        expect(at).toBeGreaterThanOrEqual(14.8 * HOUR_MS - 1);
        expect(at).toBeLessThan(17.2 * HOUR_MS + 1);
      }),
    );
  });
});
