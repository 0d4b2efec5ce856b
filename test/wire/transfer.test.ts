import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { download, downloadBytes, upload } from '../../client/adapters/grpc/transfer.ts';
import { DiskBlobs } from '../../coordinator/adapters/blobs/disk.ts';
import { MemoryBlobs } from '../../coordinator/adapters/blobs/memory.ts';
import type { GrpcServer } from '../../coordinator/adapters/grpc/server.ts';
import type { Connection } from '../../shared/wire/connection.ts';
import { CHUNK_BYTES } from '../../shared/wire/limits.ts';
import { TRANSFER } from '../../shared/wire/protocol.ts';
import { type Cut, type CuttingProxy, startCuttingProxy } from '../support/cutting-proxy.ts';
import { refusalOfAsync } from '../support/refusal-of.ts';
import { type Party, sha256, WireFederation } from '../support/wire-server.ts';

let federation: WireFederation;
let member: Party;
let folder: string;
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  federation = await WireFederation.create();
  member = await federation.enrol('aurora');
  folder = await mkdtemp(join(tmpdir(), 'vedette-wire-'));
});

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function serve(options: Parameters<WireFederation['serve']>[0]): Promise<GrpcServer> {
  const server = await federation.serve(options);
  closing.push(() => server.close(200));
  return server;
}

function connect(port: number, party = member): Connection {
  const connection = federation.connect(port, party);
  closing.push(() => connection.close());
  return connection;
}

async function behindProxy(
  server: GrpcServer,
  cuts: readonly Cut[],
): Promise<{ proxy: CuttingProxy; connection: Connection }> {
  const proxy = await startCuttingProxy(server.port, cuts);
  closing.push(() => proxy.close());
  return { proxy, connection: connect(proxy.port) };
}

describe('an upload', () => {
  it('arrives whole and durable, from a file and from memory', async () => {
    const blobs = new DiskBlobs(join(folder, 'whole'));
    const server = await serve({ blobs });
    const connection = connect(server.port);
    const bytes = randomBytes(3 * CHUNK_BYTES + 12_345);
    const path = join(folder, 'whole.bin');
    await writeFile(path, bytes);
    const seen: number[] = [];
    await upload(connection, sha256(bytes), path, { onProgress: (done) => seen.push(done) });
    expect(await blobs.size(sha256(bytes))).toBe(bytes.length);
    expect(seen.at(-1)).toBe(bytes.length);
    const small = randomBytes(100);
    await upload(connection, sha256(small), small);
    expect(sha256(await blobs.bytes(sha256(small)))).toBe(sha256(small));
  });

  it('costs nothing when the blob is there already', async () => {
    const moved: number[] = [];
    const server = await serve({ rules: { moved: (_, bytes) => moved.push(bytes) } });
    const connection = connect(server.port);
    const bytes = randomBytes(2 * CHUNK_BYTES);
    await upload(connection, sha256(bytes), bytes);
    moved.length = 0;
    await upload(connection, sha256(bytes), bytes);
    expect(moved).toEqual([]);
  });

  it('goes on after cuts at any byte, in either direction, TLS handshake included', async () => {
    const cut = fc.record<Cut>({
      direction: fc.constantFrom('up', 'down'),
      afterBytes: fc.oneof(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 2_200_000 })),
    });
    const blobs = new DiskBlobs(join(folder, 'cut'));
    const server = await serve({ blobs });
    await fc.assert(
      fc.asyncProperty(fc.array(cut, { maxLength: 4 }), async (cuts) => {
        const bytes = randomBytes(2 * CHUNK_BYTES + 77);
        const { proxy, connection } = await behindProxy(server, cuts);
        await upload(connection, sha256(bytes), bytes);
        expect(sha256(await blobs.bytes(sha256(bytes)))).toBe(sha256(bytes));
        connection.close();
        await proxy.close();
      }),
      { numRuns: 25 },
    );
  });

  it('resumes at the durable byte and does not start over', async () => {
    let movedBytes = 0;
    const server = await serve({
      blobs: new DiskBlobs(join(folder, 'resume')),
      rules: { moved: (_, bytes) => (movedBytes += bytes) },
    });
    const bytes = randomBytes(8 * CHUNK_BYTES);
    const { proxy, connection } = await behindProxy(server, [
      { direction: 'up', afterBytes: 6 * CHUNK_BYTES },
    ]);
    await upload(connection, sha256(bytes), bytes);
    expect(proxy.cutSoFar()).toBe(1);
    expect(movedBytes).toBe(bytes.length);
  });

  it('keeps what arrived when the sender ends early, and says how much that is', async () => {
    const server = await serve({});
    const connection = connect(server.port);
    const bytes = randomBytes(2 * CHUNK_BYTES);
    const digest = sha256(bytes);
    const stream = connection.clientStream(TRANSFER.Put);
    await stream.write({ digest, size: bytes.length, offset: 0, data: bytes.subarray(0, 1000) });
    expect(await stream.finish()).toEqual({ durableBytes: 1000, complete: false });
    expect(await connection.unary(TRANSFER.Stat, { digest })).toEqual({
      durableBytes: 1000,
      complete: false,
    });
    await upload(connection, digest, bytes);
    expect(await connection.unary(TRANSFER.Stat, { digest })).toEqual({
      durableBytes: bytes.length,
      complete: true,
    });
  });

  it('refuses a gap, an overlap, a chunk beyond 1 MiB, bytes beyond the size, and a chunk of another blob', async () => {
    const server = await serve({});
    const connection = connect(server.port);
    const size = 4 * CHUNK_BYTES;
    const send = async (
      ...chunks: { offset: number; data: Uint8Array; digest?: string; size?: number }[]
    ) => {
      const digest = sha256(randomBytes(8));
      const stream = connection.clientStream(TRANSFER.Put);
      for (const [index, chunk] of chunks.entries()) {
        await stream.write(index === 0 ? { digest, size, ...chunk } : chunk);
      }
      return await stream.finish();
    };
    const kib = randomBytes(1024);
    const codeOf = async (chunks: Parameters<typeof send>) =>
      (await refusalOfAsync(() => send(...chunks))).code;
    expect(await codeOf([{ offset: 5, data: kib }])).toBe('chunk_invalid');
    expect(
      await codeOf([
        { offset: 0, data: kib },
        { offset: 2048, data: kib },
      ]),
    ).toBe('chunk_invalid');
    expect(
      await codeOf([
        { offset: 0, data: kib },
        { offset: 0, data: kib },
      ]),
    ).toBe('chunk_invalid');
    expect(await codeOf([{ offset: 0, data: randomBytes(CHUNK_BYTES + 1) }])).toBe('chunk_invalid');
    expect(await codeOf([{ offset: 0, data: kib, size: 1000 }])).toBe('blob_too_large');
    expect(await codeOf([{ offset: 0, data: kib, size: 0 }])).toBe('chunk_invalid');
    expect(await codeOf([{ offset: 0, data: kib, size: 2 ** 60 }])).toBe('chunk_invalid');
    expect(await codeOf([{ offset: 0, data: kib, digest: 'ABC' }])).toBe('digest_malformed');
    expect(
      await codeOf([
        { offset: 0, data: kib },
        { offset: 1024, data: kib, digest: sha256(kib) },
      ]),
    ).toBe('chunk_invalid');
    expect(await codeOf([])).toBe('chunk_invalid');
    expect(await codeOf([{ offset: 0, data: randomBytes(2 * CHUNK_BYTES) }])).toBe('blob_too_large');
  });

  it('is superseded by a newer one of the same blob, which goes on from the same byte', async () => {
    const server = await serve({ blobs: new DiskBlobs(join(folder, 'superseded')) });
    const connection = connect(server.port);
    const bytes = randomBytes(CHUNK_BYTES);
    const digest = sha256(bytes);
    const older = connection.clientStream(TRANSFER.Put);
    await older.write({ digest, size: bytes.length, offset: 0, data: bytes.subarray(0, 5000) });
    await expect
      .poll(async () => (await connection.unary(TRANSFER.Stat, { digest })).durableBytes)
      .toBe(5000);
    const newer = connection.clientStream(TRANSFER.Put);
    await newer.write({ digest, size: bytes.length, offset: 5000, data: bytes.subarray(5000, 6000) });
    await expect
      .poll(async () => (await connection.unary(TRANSFER.Stat, { digest })).durableBytes)
      .toBe(6000);
    const refusal = await refusalOfAsync(async () => {
      await older.write({ offset: 5000, data: bytes.subarray(5000, 7000) });
      await older.finish();
    });
    expect(refusal.code).toBe('upload_superseded');
    await newer.write({ offset: 6000, data: bytes.subarray(6000) });
    expect((await newer.finish()).complete).toBe(true);
  });

  it('of two members at once, interleaved on the wire, ends with both blobs right', async () => {
    const blobs = new MemoryBlobs();
    const server = await serve({ blobs });
    const other = await federation.enrol('borealis');
    const contents = [randomBytes(3 * CHUNK_BYTES), randomBytes(3 * CHUNK_BYTES + 1)];
    const same = randomBytes(2 * CHUNK_BYTES);
    await Promise.all([
      ...contents.map((bytes, index) =>
        upload(connect(server.port, index ? other : member), sha256(bytes), bytes),
      ),
      upload(connect(server.port), sha256(same), same),
      upload(connect(server.port, other), sha256(same), same),
    ]);
    for (const bytes of [...contents, same]) expect(await blobs.size(sha256(bytes))).toBe(bytes.length);
  });

  it('with bytes that do not hash to the digest is refused, also the second time', async () => {
    const server = await serve({});
    const connection = connect(server.port);
    const refusal = await refusalOfAsync(() => upload(connection, sha256(randomBytes(4)), randomBytes(5000)));
    expect(refusal.code).toBe('digest_mismatch');
  });

  it('that the rules do not allow is refused before a byte is kept', async () => {
    const { Refusal } = await import('../../shared/refusal.ts');
    const server = await serve({
      rules: {
        mayUpload: (_, __, size) => {
          throw new Refusal('blob_too_large', `a blob of ${size} bytes (bound 10)`, { size, bound: 10 });
        },
      },
    });
    const connection = connect(server.port);
    const bytes = randomBytes(5000);
    const refusal = await refusalOfAsync(() => upload(connection, sha256(bytes), bytes));
    expect(refusal.code).toBe('blob_too_large');
    expect(refusal.facts).toMatchObject({ size: 5000, bound: 10 });
    expect((await connection.unary(TRANSFER.Stat, { digest: sha256(bytes) })).durableBytes).toBe(0);
  });

  it('is not read ahead of the disk by more than a few chunks', async () => {
    const blobs = new MemoryBlobs();
    let unblock = (): void => {};
    const blocked = new Promise<void>((resolve) => {
      unblock = resolve;
    });
    const stage = blobs.stage.bind(blobs);
    blobs.stage = async (...parameters) => {
      await blocked;
      return await stage(...parameters);
    };
    const server = await serve({ blobs });
    const bytes = randomBytes(24 * CHUNK_BYTES);
    let sentBytes = 0;
    const uploading = upload(connect(server.port), sha256(bytes), bytes, {
      onProgress: (done) => {
        sentBytes = done;
      },
    });
    let before = -1;
    // As far as it goes: until nothing has left for a while.
    while (sentBytes > before || sentBytes === 0) {
      before = sentBytes;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    expect(sentBytes).toBeLessThanOrEqual(10 * CHUNK_BYTES);
    unblock();
    await uploading;
  });

  it('gives up when told to', async () => {
    const server = await serve({});
    const { connection } = await behindProxy(
      server,
      Array<Cut>(1000).fill({ direction: 'up', afterBytes: 10 }),
    );
    const abort = new AbortController();
    const bytes = randomBytes(50);
    const uploading = upload(connection, sha256(bytes), bytes, { signal: abort.signal });
    setTimeout(() => abort.abort(new Error('told to')), 300);
    await expect(uploading).rejects.toThrow('told to');
  });
});

describe('a download', () => {
  it('arrives whole, with mode 0600, and leaves no partial file', async () => {
    const blobs = new DiskBlobs(join(folder, 'down'));
    const bytes = randomBytes(3 * CHUNK_BYTES + 5);
    const { digest } = await blobs.put(bytes);
    const server = await serve({ blobs });
    const target = join(folder, 'down.bin');
    await download(connect(server.port), digest, target);
    expect(sha256(await readFile(target))).toBe(digest);
    expect((await stat(target)).mode & 0o777).toBe(0o600);
    await expect(stat(`${target}.part`)).rejects.toThrow('ENOENT');
    expect(sha256(await downloadBytes(connect(server.port), digest, { maxBytes: bytes.length }))).toBe(
      digest,
    );
  });

  it('goes on after cuts at any byte, in either direction', async () => {
    const cut = fc.record<Cut>({
      direction: fc.constantFrom('up', 'down'),
      afterBytes: fc.oneof(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 2_200_000 })),
    });
    const blobs = new DiskBlobs(join(folder, 'down-cut'));
    const bytes = randomBytes(2 * CHUNK_BYTES + 77);
    const { digest } = await blobs.put(bytes);
    const server = await serve({ blobs });
    const target = join(folder, 'down-cut.bin');
    await fc.assert(
      fc.asyncProperty(fc.array(cut, { maxLength: 4 }), async (cuts) => {
        const { proxy, connection } = await behindProxy(server, cuts);
        await download(connection, digest, target);
        expect(sha256(await readFile(target))).toBe(digest);
        await rm(target);
        connection.close();
        await proxy.close();
      }),
      { numRuns: 25 },
    );
  });

  it('resumes from what an earlier process left, and starts over when that was of something else', async () => {
    let movedBytes = 0;
    const blobs = new MemoryBlobs();
    const bytes = randomBytes(2 * CHUNK_BYTES);
    const { digest } = await blobs.put(bytes);
    const server = await serve({ blobs, rules: { moved: (_, count) => (movedBytes += count) } });
    const connection = connect(server.port);
    const target = join(folder, 'left.bin');
    await writeFile(`${target}.part`, bytes.subarray(0, CHUNK_BYTES));
    await download(connection, digest, target);
    expect(movedBytes).toBe(CHUNK_BYTES);
    for (const leftBytes of [1000, 3 * CHUNK_BYTES]) {
      await writeFile(`${target}.part`, randomBytes(leftBytes));
      await download(connection, digest, target);
      expect(sha256(await readFile(target))).toBe(digest);
    }
  });

  it('of a blob that is missing, not for the caller, or beyond the bound is refused', async () => {
    const blobs = new MemoryBlobs();
    const { digest } = await blobs.put(randomBytes(100));
    const server = await serve({ blobs, rules: { mayRead: (caller) => caller.id !== 'stranger' } });
    const target = join(folder, 'refused.bin');
    const absent = sha256(randomBytes(3));
    const codeOf = async (action: () => Promise<unknown>) => (await refusalOfAsync(action)).code;
    expect(await codeOf(() => download(connect(server.port), absent, target))).toBe('blob_missing');
    const stranger = connect(server.port, await federation.enrol('stranger'));
    expect(await codeOf(() => download(stranger, digest, target))).toBe('blob_missing');
    expect(await codeOf(() => download(connect(server.port), digest, target, { maxBytes: 99 }))).toBe(
      'blob_too_large',
    );
    expect(await codeOf(() => download(connect(server.port), 'nonsense', target))).toBe('digest_malformed');
  });
});
