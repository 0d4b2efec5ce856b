import fc from 'fast-check';
import { generalVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { makeKey } from '../../shared/identity/keys.ts';
import {
  cosignManifest,
  type Manifest,
  parseManifest,
  signManifest,
  verifyManifest,
  verifyManifestProvenance,
} from '../../shared/provenance/manifest.ts';
import {
  contributionsOf,
  encodeProvenance,
  type Provenance,
  verifyProvenance,
} from '../../shared/provenance/provenance.ts';
import { signUpdateHeader } from '../../shared/provenance/update-header.ts';
import { refusalOf } from '../support/refusal-of.ts';
import {
  coordinatorKey,
  digest,
  exampleHeader,
  exampleManifest,
  exampleProvenance,
  memberKey,
  otherKey,
  trusted,
} from './examples.ts';

const manifest = exampleManifest();
const text = signManifest(coordinatorKey, manifest);
const codeOf = (signed: string) => refusalOf(() => verifyManifest(signed, trusted)).code;
const signedWith = (change: Partial<Manifest>) => signManifest(coordinatorKey, { ...manifest, ...change });

describe('a manifest', () => {
  it('gives back what was signed, by whom, and the head of its log', () => {
    const verified = verifyManifest(text, trusted);
    expect(verified.manifest).toEqual(manifest);
    expect(verified.signers).toEqual([coordinatorKey.did]);
    expect(verified.head.size).toBe(12);
    expect(signManifest(coordinatorKey, manifest)).toBe(text);
  });

  it('is a general JWS that jose verifies', async () => {
    const { payload } = await generalVerify(JSON.parse(text), coordinatorKey.publicKey, {
      algorithms: ['EdDSA'],
    });
    expect(JSON.parse(new TextDecoder().decode(payload))).toEqual(manifest);
  });

  it('takes further signatures, each of them checked', () => {
    const cosigned = cosignManifest(text, memberKey);
    expect(verifyManifest(cosigned, trusted).signers).toEqual([coordinatorKey.did, memberKey.did]);
    expect(refusalOf(() => verifyManifest(cosignManifest(cosigned, memberKey), trusted)).message).toMatch(
      /twice/,
    );
    const general = JSON.parse(cosigned);
    general.signatures[1].signature = general.signatures[0].signature;
    expect(codeOf(JSON.stringify(general))).toBe('manifest_invalid');
  });

  it('signed first by anyone but the coordinator is refused', () => {
    const foreign = signManifest(otherKey, manifest);
    expect(codeOf(foreign)).toBe('manifest_invalid');
    expect(codeOf(cosignManifest(foreign, coordinatorKey))).toBe('manifest_invalid');
    expect(parseManifest(foreign).signers).toEqual([otherKey.did]);
  });

  it.each([
    [
      'definition',
      { federation: { ...manifest.federation, definition: { ...manifest.federation.definition, seed: 2 } } },
    ],
    ['model', { model: { family: 'autoencoder' } }],
    ['features', { features: [{ name: 'other', type: 'numeric' }] }],
    ['federation', { federation: { ...manifest.federation, id: 'other' } }],
    ['place in the log', { log: { ...manifest.log, leaf: digest('other') } }],
    ['log', { log: { ...manifest.log, origin: 'other/demo' } }],
  ])('whose %s does not agree with the rest is refused', (_, change) => {
    expect(codeOf(signedWith(change))).toBe('manifest_invalid');
  });

  it('that says less or more than a manifest is not signed', () => {
    const { parent: _parent, ...less } = manifest;
    expect(refusalOf(() => signManifest(coordinatorKey, less as Manifest)).code).toBe('manifest_invalid');
    const more = { ...manifest, extra: 1 };
    expect(refusalOf(() => signManifest(coordinatorKey, more)).code).toBe('manifest_invalid');
    expect(refusalOf(() => signedWith({ version: 0 })).code).toBe('manifest_invalid');
  });

  it('changed in any character is refused', () => {
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom(...'AQgw_"}='), (position, character) => {
        const changed = text.slice(0, position) + character + text.slice(position + 1);
        if (changed !== text) expect(codeOf(changed)).toBe('manifest_invalid');
      }),
      { numRuns: 300 },
    );
  });

  it('that is arbitrary JSON is refused by name', () => {
    const entry = fc.record({ protected: fc.base64String(), signature: fc.base64String() });
    const general = fc.record({ payload: fc.base64String(), signatures: fc.array(entry, { maxLength: 3 }) });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.string(),
          general.map((value) => JSON.stringify(value)),
        ),
        (any) => {
          expect(codeOf(any)).toBe('manifest_invalid');
        },
      ),
    );
  });
});

describe('the provenance of a model', () => {
  const provenance = exampleProvenance();
  const { bytes, digest: name } = encodeProvenance(provenance);
  const codeOfAltered = (altered: Provenance) => {
    const encoded = encodeProvenance(altered);
    return refusalOf(() => verifyProvenance(encoded.bytes, encoded.digest));
  };
  const altered = (position: number, change: Partial<Provenance['updates'][number]>): Provenance => ({
    ...provenance,
    updates: provenance.updates.map((row, at) => (at === position ? { ...row, ...change } : row)),
  });

  it('is verified header by header, refused rows left as they came', () => {
    expect(verifyProvenance(bytes, name)).toEqual(provenance);
    expect(verifyManifestProvenance(manifest, bytes)).toEqual(provenance);
  });

  it('sums to the contributions, refused updates not among them', () => {
    const own = { updates: 1, samples: 1200, appliedWeight: 0.5 };
    const expected = [memberKey.did, otherKey.did].sort().map((member) => ({ member, ...own }));
    expect(contributionsOf(provenance)).toEqual(expected);
  });

  it('with other bytes than its name says is refused', () => {
    const changed = Buffer.from(bytes);
    changed[10] = (changed[10] ?? 0) ^ 1;
    expect(refusalOf(() => verifyProvenance(changed, name)).code).toBe('manifest_invalid');
  });

  it.each<[string, Partial<Provenance['updates'][number]>]>([
    ['another member', { member: makeKey('identity').did }],
    ['another update', { update: digest('other') }],
    ['other samples', { samples: 9 }],
    ['another round', { round: 4 }],
    ['an unsigned header', { header: 'garbage' }],
    [
      'the header of another run',
      { header: signUpdateHeader(memberKey, { ...exampleHeader(), run: 'run-2' }) },
    ],
  ])('that counts %s than was signed is refused', (_, change) => {
    expect(codeOfAltered(altered(0, change)).code).toBe('manifest_invalid');
  });

  it('that counts one member twice, or gives weight to a refused update, is refused', () => {
    const twice = { ...provenance, updates: [...provenance.updates, ...provenance.updates.slice(0, 1)] };
    expect(codeOfAltered(twice).message).toMatch(/already counted/);
    expect(codeOfAltered(altered(2, { appliedWeight: 0.1 })).message).toMatch(/refused update has a weight/);
  });

  it('with other contributions than the manifest lists is refused', () => {
    const [first, ...rest] = manifest.contributions.members;
    if (!first) throw new Error('there are two');
    const members = [{ ...first, appliedWeight: 0.4 }, ...rest];
    const claimed = { ...manifest, contributions: { ...manifest.contributions, members } };
    expect(refusalOf(() => verifyManifestProvenance(claimed, bytes)).code).toBe('manifest_invalid');
    expect(refusalOf(() => verifyManifestProvenance({ ...manifest, run: 'run-2' }, bytes)).code).toBe(
      'manifest_invalid',
    );
  });
});
