import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { p384 } from '@noble/curves/nist.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeKey } from '../../shared/identity/keys.ts';
import {
  keyHintOf,
  parseModelSignature,
  requireSignature,
  signModel,
  verifyModelSignature,
} from '../../shared/provenance/model-signing.ts';
import { referenceData } from '../support/reference-data.ts';
import { refusalOf } from '../support/refusal-of.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const key = makeKey('publisher');
const files = new Map([
  ['weights.safetensors', sha256('weights')],
  ['manifest.json', sha256('manifest')],
  ['parts/a.json', sha256('a')],
]);
const bundle = signModel(key, 'demo v1', files);
const vectors = referenceData('vectors/oms/test-vectors/v1.0');
const codeOf = (text: string, found = files) =>
  refusalOf(() => verifyModelSignature(text, key.publicKey, found)).code;

interface Bundle {
  mediaType: string;
  verificationMaterial: { publicKey: { hint: string }; tlogEntries: unknown[] };
  dsseEnvelope: {
    payload: string;
    payloadType: string;
    signatures: { sig: string; keyid?: string | null }[];
  };
}

/** The bundle with its parts changed, the signature left as it is. */
function changed(change: (bundle: Bundle) => void): string {
  const parsed: Bundle = JSON.parse(bundle);
  change(parsed);
  return JSON.stringify(parsed);
}

/** The bundle around another statement. */
function around(
  change: (statement: { predicate: { resources: { name: string }[] } } & Record<string, unknown>) => void,
): string {
  return changed(({ dsseEnvelope }) => {
    const statement = JSON.parse(Buffer.from(dsseEnvelope.payload, 'base64').toString());
    change(statement);
    dsseEnvelope.payload = Buffer.from(JSON.stringify(statement)).toString('base64');
  });
}

describe('a model signature', () => {
  it('verifies against the folder it lists, with or without itself among the files', () => {
    expect(verifyModelSignature(bundle, key.publicKey, files).name).toBe('demo v1');
    verifyModelSignature(bundle, key.publicKey, new Map([...files, ['model.sig', sha256(bundle)]]));
  });

  it('is laid out as the specification says', () => {
    const { mediaType, verificationMaterial, dsseEnvelope } = JSON.parse(bundle) as Bundle;
    expect(mediaType).toBe('application/vnd.dev.sigstore.bundle.v0.3+json');
    expect(verificationMaterial).toEqual({ publicKey: { hint: keyHintOf(key.publicKey) }, tlogEntries: [] });
    const digests = [files.get('manifest.json'), files.get('parts/a.json'), files.get('weights.safetensors')];
    const root = createHash('sha256')
      .update(Buffer.from(digests.join(''), 'hex'))
      .digest('hex');
    expect(JSON.parse(Buffer.from(dsseEnvelope.payload, 'base64').toString())).toEqual({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'demo v1', digest: { sha256: root } }],
      predicateType: 'https://model_signing/signature/v1.0',
      predicate: {
        serialization: { method: 'files', hash_type: 'sha256', allow_symlinks: false },
        resources: ['manifest.json', 'parts/a.json', 'weights.safetensors'].map((name) => ({
          name,
          algorithm: 'sha256',
          digest: files.get(name),
        })),
      },
    });
  });

  it('sorts names by code point, where UTF-16 would sort otherwise', () => {
    const names = ['\u{1F600}', '\uFF5E', 'a', 'B'];
    const signed = signModel(key, 'm', new Map(names.map((name) => [name, sha256(name)])));
    expect([...parseModelSignature(signed).files.keys()]).toEqual(['B', 'a', '\uFF5E', '\u{1F600}']);
  });

  it('fails on a file that is missing, changed, or there without being signed', () => {
    const without = new Map([...files].slice(1));
    expect(codeOf(bundle, without)).toBe('model_invalid');
    expect(codeOf(bundle, new Map([...files, ['manifest.json', sha256('other')]]))).toBe('model_invalid');
    expect(codeOf(bundle, new Map([...files, ['extra.bin', sha256('extra')]]))).toBe('model_invalid');
  });

  it('fails under another key, and under a key of another kind', () => {
    for (const other of [makeKey('publisher'), makeKey('identity')]) {
      expect(refusalOf(() => verifyModelSignature(bundle, other.publicKey, files)).code).toBe(
        'model_invalid',
      );
    }
    const claimed = signModel(makeKey('publisher'), 'demo v1', files);
    const hinted = JSON.parse(claimed) as Bundle;
    hinted.verificationMaterial.publicKey.hint = keyHintOf(key.publicKey);
    expect(
      refusalOf(() => verifyModelSignature(JSON.stringify(hinted), key.publicKey, files)).message,
    ).toMatch(/does not hold/);
  });

  it.each(['', null, undefined])('has a keyid that may be %j', (keyid) => {
    const text = changed(({ dsseEnvelope: { signatures } }) => Object.assign(signatures[0] ?? {}, { keyid }));
    expect(verifyModelSignature(text, key.publicKey, files).name).toBe('demo v1');
  });

  it.each([
    [
      'another payload type',
      changed((any) => Object.assign(any.dsseEnvelope, { payloadType: 'application/json' })),
    ],
    ['another media type', changed((any) => Object.assign(any, { mediaType: 'application/json' }))],
    ['no signature', changed((any) => Object.assign(any.dsseEnvelope, { signatures: [] }))],
    [
      'another predicate type',
      around((any) => Object.assign(any, { predicateType: 'https://model_signing/Digests/v0.1' })),
    ],
    [
      'another root',
      around((any) => Object.assign(any, { subject: [{ name: 'm', digest: { sha256: sha256('x') } }] })),
    ],
    ['another order', around((any) => any.predicate.resources.reverse())],
    ['a file twice', around((any) => any.predicate.resources.push(...any.predicate.resources))],
    [
      'a statement that was not signed',
      around((any) => Object.assign(any, { subject: [{ ...(any.subject as object[])[0], name: 'x' }] })),
    ],
  ])('with %s is refused', (_, text) => {
    expect(codeOf(text)).toBe('model_invalid');
  });

  it.each(['../out', '/etc/passwd', 'a//b', 'a\\b', './a', 'model.sig', ''])(
    'cannot list the file %j',
    (name) => {
      expect(refusalOf(() => signModel(key, 'm', new Map([[name, sha256('x')]]))).code).toBe('model_invalid');
    },
  );

  it('that is arbitrary text is refused by name', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(codeOf(text)).toBe('model_invalid');
      }),
    );
    fc.assert(
      fc.property(fc.nat(bundle.length - 1), (cut) => {
        // Without its final newline or brace alone it is still whole, or no JSON.
        if (cut < bundle.trimEnd().length) expect(codeOf(bundle.slice(0, cut))).toBe('model_invalid');
      }),
    );
  });
});

/** The public keys under which a P-384 signature would hold; the one in use is among them (SEC 1, section 4.1.6). */
function recoverP384(signature: Buffer, signedBytes: Buffer): KeyObject[] {
  const hash = createHash('sha384').update(signedBytes).digest();
  return [0, 1].map((recovery) => {
    const point = p384.Signature.fromBytes(signature, 'der')
      .addRecoveryBit(recovery)
      .recoverPublicKey(hash)
      .toBytes(false);
    const [x, y] = [point.slice(1, 49), point.slice(49)].map((part) =>
      Buffer.from(part).toString('base64url'),
    );
    return createPublicKey({ key: { kty: 'EC', crv: 'P-384', x: x ?? '', y: y ?? '' }, format: 'jwk' });
  });
}

describe.runIf(vectors)('the published vectors of Model Signing v1.0', () => {
  const read = (path: string) => readFileSync(join(vectors ?? '', path), 'utf8');

  it.each(['key', 'certificate', 'sigstore'])(
    'read the %s bundle as valid, its resources hashing to its subject',
    (kind) => {
      expect([...parseModelSignature(read(`valid/${kind}.bundle.json`)).files.keys()]).toEqual([
        'signme-1',
        'signme-2',
      ]);
    },
  );

  it('verify the key bundle in full: the key recovered from its signature is the one its hint names', () => {
    const parsed = parseModelSignature(read('valid/key.bundle.json'));
    const signer = recoverP384(parsed.signature, parsed.signedBytes).find(
      (any) => keyHintOf(any) === parsed.keyHint,
    );
    if (!signer) throw new Error('no key with this hint could have signed these bytes');
    requireSignature(parsed, signer);
    expect(verifyModelSignature(read('valid/key.bundle.json'), signer, parsed.files).rootDigest).toBe(
      '92745110b1ab4368471cbe31664e10174e954b113a3df333db860317b2c6dec4',
    );
  });

  it('do not let a certificate pass for the publisher key', () => {
    const parsed = parseModelSignature(read('valid/certificate.bundle.json'));
    expect(refusalOf(() => requireSignature(parsed, key.publicKey)).message).toMatch(/certificate/);
  });

  it('refuse every invalid bundle', () => {
    const invalid = ['invalid', 'invalid-payload'].flatMap((folder) =>
      readdirSync(join(vectors ?? '', folder)).map((file) => `${folder}/${file}`),
    );
    expect(invalid).toHaveLength(5);
    for (const path of invalid)
      expect(refusalOf(() => parseModelSignature(read(path))).code).toBe('model_invalid');
  });
});
