import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { didOf } from '../../shared/identity/did-key.ts';
import { type KeyUse, keyFromPem, keyToPem, loadKey, makeKey, saveKey } from '../../shared/identity/keys.ts';
import { refusalOf, refusalOfAsync } from '../support/refusal-of.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-keys-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('a key', () => {
  it.each<[KeyUse, string]>([
    ['identity', 'z6Mk'],
    ['operator', 'z6Mk'],
    ['coordinator', 'z6Mk'],
    ['log', 'z6Mk'],
    ['publisher', 'zDna'],
    ['transport', 'zDna'],
    ['ca', 'zDna'],
  ])('for %s is named did:key:%s…', (use, prefix) => {
    expect(makeKey(use).did.startsWith(`did:key:${prefix}`)).toBe(true);
  });

  it('of RFC 8032 test 1 is read from its PKCS#8 form', () => {
    const seed = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
    // RFC 8410 section 7: version 0, Ed25519, the seed in an octet string within an octet string.
    const der = Buffer.from(`302e020100300506032b657004220420${seed}`, 'hex');
    const pem = `-----BEGIN PRIVATE KEY-----\n${der.toString('base64')}\n-----END PRIVATE KEY-----\n`;
    const key = keyFromPem('identity', pem);
    const x = Buffer.from(key.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString('hex');
    expect(x).toBe('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a');
    expect(key.did).toBe(didOf(key.publicKey));
  });

  it('is refused for a use of the other algorithm', () => {
    expect(refusalOf(() => keyFromPem('identity', keyToPem(makeKey('publisher')))).code).toBe('key_invalid');
    expect(refusalOf(() => keyFromPem('publisher', keyToPem(makeKey('identity')))).message).toMatch(/P-256/);
  });

  it('that is no PEM is refused without repeating its text', () => {
    const refusal = refusalOf(() => keyFromPem('identity', 'hunter2'));
    expect(refusal.code).toBe('key_invalid');
    expect(refusal.message).not.toMatch(/hunter2/);
  });
});

describe('a key file', () => {
  it('gives the key back and belongs to its owner alone', async () => {
    const path = join(folder, 'identity.pem');
    const key = makeKey('identity');
    await saveKey(path, key);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await loadKey(path, 'identity')).did).toBe(key.did);
  });

  it('is replaced whole, and nothing is left beside it', async () => {
    const path = join(folder, 'replaced.pem');
    await saveKey(path, makeKey('identity'));
    const second = makeKey('identity');
    await saveKey(path, second);
    expect((await loadKey(path, 'identity')).did).toBe(second.did);
    expect((await readdir(folder)).filter((name) => name.endsWith('.new'))).toEqual([]);
  });

  it.each([0o640, 0o604, 0o660, 0o666])('of mode %o is refused with the mode and the bound', async (mode) => {
    const path = join(folder, `open-${mode}.pem`);
    await saveKey(path, makeKey('identity'));
    await chmod(path, mode);
    const refusal = await refusalOfAsync(() => loadKey(path, 'identity'));
    expect(refusal.code).toBe('key_unsafe');
    expect(refusal.message).toContain(`mode ${mode.toString(8)} (bound 600)`);
  });

  it('that is not there, or is no key, is refused by name', async () => {
    expect((await refusalOfAsync(() => loadKey(join(folder, 'none.pem'), 'identity'))).code).toBe(
      'key_missing',
    );
    const path = join(folder, 'garbage.pem');
    await writeFile(path, 'garbage', { mode: 0o600 });
    expect((await refusalOfAsync(() => loadKey(path, 'identity'))).code).toBe('key_invalid');
  });
});
