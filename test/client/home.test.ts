import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { BlobFolder } from '../../client/adapters/home/blob-folder.ts';
import { HomeFolder } from '../../client/adapters/home/home-folder.ts';
import { ModelsFolder } from '../../client/adapters/home/models-folder.ts';
import { ReceiptsFile, readReceipts } from '../../client/adapters/home/receipts-file.ts';
import { Refusal } from '../../shared/refusal.ts';
import { refusalOfAsync } from '../support/refusal-of.ts';
import { digestOf } from '../support/scripted-coordinator.ts';
import { smallVolume, storageFolder } from '../support/storage-folder.ts';

const folders: { remove(): void }[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove();
});

function newFolder(): string {
  const folder = storageFolder();
  folders.push(folder);
  return folder.path;
}

const receipt = (round: number) => ({
  at: '2026-11-22T12:00:00.000Z',
  round,
  attempt: 1,
  kind: 'update' as const,
  jws: 'x'.repeat(500),
});
const roundsIn = async (path: string) => (await readReceipts(path)).map(({ round }) => round);

describe('the receipts of a node', () => {
  it('are all there after closing, in order', async () => {
    const path = join(newFolder(), 'receipts.ndjson');
    const file = await ReceiptsFile.open(path);
    for (const round of [1, 2, 3]) file.append(receipt(round));
    await file.close();
    expect(await roundsIn(path)).toEqual([1, 2, 3]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('survive a last line cut short at any byte', async () => {
    const path = join(newFolder(), 'receipts.ndjson');
    const file = await ReceiptsFile.open(path);
    file.append(receipt(1));
    file.append(receipt(2));
    await file.close();
    const bytes = readFileSync(path);
    const first = bytes.indexOf('\n') + 1;
    for (const cut of [0, 1, first - 1, first, first + 1, bytes.length - 1]) {
      writeFileSync(path, bytes.subarray(0, cut));
      const whole = cut >= first ? [1] : [];
      expect(await roundsIn(path)).toEqual(whole);
      const again = await ReceiptsFile.open(path);
      again.append(receipt(9));
      await again.close();
      expect(await roundsIn(path)).toEqual([...whole, 9]);
    }
  });

  it('are not lost to a full disk: they are written once there is room', async (context) => {
    const volume = smallVolume(64);
    if ('reason' in volume) return context.skip(volume.reason);
    folders.push(volume);
    const path = join(volume.path, 'receipts.ndjson');
    const file = await ReceiptsFile.open(path);
    const ballast = join(volume.path, 'ballast');
    writeFileSync(ballast, Buffer.alloc(56 * 1024));
    for (let round = 1; round <= 40; round += 1) file.append(receipt(round));
    expect((await refusalOfAsync(() => file.flush())).code).toBe('disk_full');
    writeFileSync(ballast, '');
    await file.close();
    expect(await roundsIn(path)).toEqual(Array.from({ length: 40 }, (_, at) => at + 1));
  });
});

describe('the models of a node', () => {
  const model = (version: number) => ({
    version,
    manifest: digestOf(`m${version}`),
    weights: digestOf(`w${version}`),
    threshold: 1,
  });

  async function installed(models: ModelsFolder, version: number): Promise<void> {
    const staged = await models.stage(version);
    await writeFile(join(staged, 'model.safetensors'), `weights ${version}`);
    await models.install(staged, model(version));
  }

  it('has none at first, then the one installed last', async () => {
    const models = new ModelsFolder(join(newFolder(), 'models'), 3);
    expect(await models.current()).toBeUndefined();
    await installed(models, 1);
    await installed(models, 2);
    const current = await models.current();
    expect(current).toMatchObject(model(2));
    expect(readFileSync(join(current?.folder ?? '', 'model.safetensors'), 'utf8')).toBe('weights 2');
  });

  it('keeps the old model in use while a new one is only staged', async () => {
    const models = new ModelsFolder(join(newFolder(), 'models'), 3);
    await installed(models, 1);
    await writeFile(join(await models.stage(2), 'model.safetensors'), 'half');
    expect((await models.current())?.version).toBe(1);
  });

  it('forgets the oldest beyond its bound, never the one in use', async () => {
    const folder = join(newFolder(), 'models');
    const models = new ModelsFolder(folder, 1);
    for (const version of [3, 4, 5]) await installed(models, version);
    await installed(models, 1);
    const left = (await readdir(folder))
      .filter((name) => name !== 'current.json')
      .map((name) => name.split('-')[0]);
    expect(left.sort()).toEqual(['1', '5']);
    expect((await models.current())?.version).toBe(1);
  });
});

describe('the blob cache', () => {
  const small = Buffer.from('small');
  const large = Buffer.alloc(1000, 7);

  function source(): { fetched: string[]; coordinator: ConstructorParameters<typeof BlobFolder>[2] } {
    const fetched: string[] = [];
    return {
      fetched,
      coordinator: {
        downloadBytes: async (digest) => {
          if (digest !== digestOf(small)) throw new Refusal('blob_too_large', 'large');
          fetched.push('small');
          return small;
        },
        download: async (_digest, path) => {
          fetched.push('large');
          await writeFile(path, large);
        },
      },
    };
  }
  const signal = new AbortController().signal;

  it('fetches a blob once, small ones without touching the disk', async () => {
    const folder = join(newFolder(), 'cache');
    const { fetched, coordinator } = source();
    const cache = new BlobFolder(folder, 10_000, coordinator);
    for (let time = 0; time < 2; time += 1) {
      expect(await cache.fetch(digestOf(small), signal)).toEqual(small);
      if (time === 0) expect(existsSync(folder)).toBe(false);
      expect(await cache.fetch(digestOf(large), signal)).toEqual(large);
    }
    expect(fetched).toEqual(['small', 'large']);
  });

  it('does not believe a damaged file', async () => {
    const folder = join(newFolder(), 'cache');
    await mkdir(folder);
    await writeFile(join(folder, digestOf(large)), 'damaged');
    const { fetched, coordinator } = source();
    expect(await new BlobFolder(folder, 10_000, coordinator).fetch(digestOf(large), signal)).toEqual(large);
    expect(fetched).toEqual(['large']);
  });

  it('stays within its bound', async () => {
    const folder = join(newFolder(), 'cache');
    await mkdir(folder);
    await writeFile(join(folder, digestOf('old')), Buffer.alloc(5000));
    const { coordinator } = source();
    await new BlobFolder(folder, 3000, coordinator).fetch(digestOf(large), signal);
    expect(await readdir(folder)).toEqual([digestOf(large)]);
  });
});

describe('a home', () => {
  it('makes a key once and keeps it private', async () => {
    const home = new HomeFolder(newFolder());
    const first = await home.findOrMakeKey('identity');
    expect((await home.findOrMakeKey('identity')).did).toBe(first.did);
    expect(statSync(home.path('key.pem')).mode & 0o777).toBe(0o600);
  });

  it('says that nobody joined yet', async () => {
    const home = new HomeFolder(newFolder());
    expect((await refusalOfAsync(() => home.membership())).code).toBe('home_missing');
  });
});
