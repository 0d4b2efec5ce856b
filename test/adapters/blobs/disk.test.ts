import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { DiskBlobs } from '../../../coordinator/adapters/blobs/disk.ts';
import { blobsContract, sha256 } from '../../contracts/blobs.ts';
import { type StorageFolder, smallVolume, storageFolder } from '../../support/storage-folder.ts';

blobsContract('a folder', async () => {
  const folder = storageFolder();
  return { blobs: await DiskBlobs.open(join(folder.path, 'blobs')), dispose: async () => folder.remove() };
});

function filesUnder(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1));
}

describe('a blob folder', () => {
  let folder: StorageFolder;
  let root: string;
  let blobs: DiskBlobs;
  const bytes = new Uint8Array(randomBytes(300_000));
  const digest = sha256(bytes);

  beforeEach(async () => {
    folder = storageFolder();
    root = join(folder.path, 'blobs');
    blobs = await DiskBlobs.open(root);
  });

  afterEach(() => folder.remove());

  it('holds one file a blob, under the first two digits of its digest, and nothing else', async () => {
    await blobs.put(bytes);
    await blobs.put(bytes);
    const upload = await blobs.stage('member', sha256(new Uint8Array(9)), 9);
    await upload.append(0, new Uint8Array(9));
    await upload.finish();
    const other = sha256(new Uint8Array(9));
    expect(filesUnder(root).sort()).toEqual(
      [digest, other].map((name) => join(name.slice(0, 2), name.slice(2))).sort(),
    );
  });

  it('can be read by its owner alone', async () => {
    const adopted = blobs.scratch('worker.out');
    writeFileSync(adopted, 'anybody', { mode: 0o644 });
    await blobs.adopt(adopted);
    await blobs.put(bytes);
    const upload = await blobs.stage('member', sha256(new Uint8Array(9)), 9);
    await upload.append(0, new Uint8Array(9));
    const files = filesUnder(root).map((file) => join(root, file));
    expect(files).toHaveLength(3);
    for (const file of files) {
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
    }
    await upload.close();
  });

  it('goes on with an upload whose process was killed', async () => {
    const source = join(folder.path, 'source');
    writeFileSync(source, bytes);
    const uploader = spawn(
      process.execPath,
      ['--import', 'tsx', 'test/support/blob-uploader.ts', root, source, '123457'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const gone = once(uploader, 'exit');
    await once(uploader.stdout, 'data');
    uploader.kill('SIGKILL');
    await gone;
    expect(await blobs.progress('member', digest)).toEqual({ durableBytes: 123_457, complete: false });
    const upload = await blobs.stage('member', digest, bytes.length);
    expect(upload.durableBytes).toBe(123_457);
    await upload.append(123_457, bytes.subarray(123_457));
    await upload.finish();
    expect(Buffer.compare(await blobs.bytes(digest), bytes)).toBe(0);
  });

  it('finds out when a part file was changed while nobody held it', async () => {
    const first = await blobs.stage('member', digest, bytes.length);
    await first.append(0, bytes.subarray(0, 100));
    await first.close();
    const [part = ''] = filesUnder(root);
    writeFileSync(join(root, part), new Uint8Array(100));
    const second = await blobs.stage('member', digest, bytes.length);
    await second.append(100, bytes.subarray(100));
    await expect(second.finish()).rejects.toMatchObject({ code: 'digest_mismatch' });
    expect(await blobs.size(digest)).toBeUndefined();
    await second.close();
    expect(filesUnder(root)).toEqual([]);
  });

  it('flushes a large upload as it goes', async () => {
    const large = new Uint8Array(20 << 20).fill(3);
    const upload = await blobs.stage('member', sha256(large), large.length);
    for (let at = 0; at < large.length; at += 1 << 20)
      await upload.append(at, large.subarray(at, at + (1 << 20)));
    await upload.finish();
    expect(await blobs.size(sha256(large))).toBe(large.length);
  });

  it.each(['../up', 'a/b', '.hidden', '', 'a\0'])('refuses %j as a scratch name', (name) => {
    expect(() => blobs.scratch(name)).toThrow(expect.objectContaining({ code: 'internal' }));
  });

  it('sweeps what was left behind, and neither uploads in progress nor blobs', async () => {
    await blobs.put(bytes);
    writeFileSync(blobs.scratch('left'), 'by a worker');
    const abandoned = await blobs.stage('gone', sha256(new Uint8Array(9)), 9);
    await abandoned.append(0, new Uint8Array(4));
    await abandoned.close();
    const running = await blobs.stage('here', sha256(new Uint8Array(9)), 9);
    await running.append(0, new Uint8Array(4));
    expect(await blobs.sweepStaging(3_600_000)).toBe(0);
    expect(await blobs.sweepStaging(-1000)).toBe(2);
    expect(await blobs.progress('gone', sha256(new Uint8Array(9)))).toEqual({
      durableBytes: 0,
      complete: false,
    });
    await running.append(4, new Uint8Array(5));
    await running.finish();
    expect(await blobs.size(digest)).toBe(bytes.length);
  });

  it('refuses when the volume is full, leaves nothing half-named, and goes on when there is room', async ({
    skip,
  }) => {
    const volume = smallVolume(1024);
    if ('reason' in volume) return skip(volume.reason);
    onTestFinished(() => volume.remove());
    const onVolume = join(volume.path, 'blobs');
    const small = await DiskBlobs.open(onVolume);
    const ballast = join(volume.path, 'ballast');
    writeFileSync(ballast, new Uint8Array(700 << 10));
    const large = new Uint8Array(randomBytes(600 << 10));
    await expect(small.put(large)).rejects.toMatchObject({ code: 'disk_full' });
    expect(filesUnder(onVolume)).toEqual([]);

    const upload = await small.stage('member', sha256(large), large.length);
    await upload.append(0, large.subarray(0, 200 << 10));
    await expect(upload.append(200 << 10, large.subarray(200 << 10))).rejects.toMatchObject({
      code: 'disk_full',
    });
    expect(upload.durableBytes).toBe(200 << 10);
    expect(filesUnder(onVolume).map((file) => statSync(join(onVolume, file)).size)).toEqual([200 << 10]);
    expect(await small.size(sha256(large))).toBeUndefined();
    truncateSync(ballast, 0);
    await upload.append(200 << 10, large.subarray(200 << 10));
    await upload.finish();
    expect(Buffer.compare(await small.bytes(sha256(large)), large)).toBe(0);
  });
});
