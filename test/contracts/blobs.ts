/** What every blob store must do. Run by each adapter's test. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Blobs } from '../../coordinator/ports/blobs.ts';

export interface BlobsSubject {
  readonly blobs: Blobs;
  dispose(): Promise<void>;
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function gathered(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* inChunks(bytes: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

const NOT_DIGESTS = [
  '',
  'ab',
  '../../../../etc/passwd',
  `${'a'.repeat(62)}/.`,
  'A'.repeat(64),
  'g'.repeat(64),
  `${'a'.repeat(64)}\n`,
  `${'a'.repeat(63)}\0`,
  'a'.repeat(65),
];

export function blobsContract(name: string, subjectOf: () => Promise<BlobsSubject>): void {
  describe(`${name} as a blob store`, () => {
    let subject: BlobsSubject;
    let blobs: Blobs;
    /** More than two read pieces, so that every loop runs more than once. */
    const bytes = new Uint8Array(randomBytes(2_500_000));
    const digest = sha256(bytes);

    beforeEach(async () => {
      subject = await subjectOf();
      blobs = subject.blobs;
    });

    afterEach(() => subject.dispose());

    it('names what is put by its SHA-256', async () => {
      expect(await blobs.put(bytes)).toEqual({ digest, size: bytes.length });
      expect(await blobs.size(digest)).toBe(bytes.length);
      expect(Buffer.compare(await blobs.bytes(digest), bytes)).toBe(0);
    });

    it('takes a stream, and one whose chunks are reused by its source', async () => {
      const scratchpad = new Uint8Array(1000);
      async function* reusing(): AsyncGenerator<Uint8Array> {
        for await (const chunk of inChunks(bytes, scratchpad.length)) {
          scratchpad.set(chunk);
          yield scratchpad.subarray(0, chunk.length);
        }
      }
      expect(await blobs.put(reusing())).toEqual({ digest, size: bytes.length });
      expect(Buffer.compare(await gathered(blobs.read(digest)), bytes)).toBe(0);
    });

    it('takes the empty blob', async () => {
      const empty = await blobs.put(new Uint8Array());
      expect(empty).toEqual({ digest: sha256(new Uint8Array()), size: 0 });
      expect(await blobs.size(empty.digest)).toBe(0);
      expect(await gathered(blobs.read(empty.digest))).toHaveLength(0);
    });

    it('takes again what is there, from many at once', async () => {
      const puts = await Promise.all([
        blobs.put(bytes),
        blobs.put(inChunks(bytes, 700_001)),
        blobs.put(bytes),
      ]);
      for (const put of puts) expect(put).toEqual({ digest, size: bytes.length });
      expect(await blobs.put(bytes)).toEqual({ digest, size: bytes.length });
      expect(Buffer.compare(await blobs.bytes(digest), bytes)).toBe(0);
    });

    it('keeps nothing of a stream that breaks', async () => {
      async function* breaking(): AsyncGenerator<Uint8Array> {
        yield bytes;
        throw new Error('the source broke');
      }
      await expect(blobs.put(breaking())).rejects.toThrow('the source broke');
      expect(await blobs.size(digest)).toBeUndefined();
    });

    it('does not change when the bytes that were put or read are overwritten', async () => {
      const own = new Uint8Array([1, 2, 3]);
      const put = await blobs.put(own);
      own.fill(9);
      (await blobs.bytes(put.digest)).fill(8);
      for await (const piece of blobs.read(put.digest)) piece.fill(7);
      expect([...(await blobs.bytes(put.digest))]).toEqual([1, 2, 3]);
    });

    it('reads from any offset', async () => {
      const small = bytes.subarray(0, 3000);
      const { digest: smallDigest } = await blobs.put(small);
      await fc.assert(
        fc.asyncProperty(fc.nat(small.length), async (offset) => {
          expect(
            Buffer.compare(await gathered(blobs.read(smallDigest, offset)), small.subarray(offset)),
          ).toBe(0);
        }),
        { numRuns: 50 },
      );
      await blobs.put(bytes);
      expect(Buffer.compare(await gathered(blobs.read(digest, 1 << 20)), bytes.subarray(1 << 20))).toBe(0);
    });

    it.each([-1, 1.5, Number.NaN, 4])('refuses to read 3 bytes from offset %s', async (offset) => {
      const put = await blobs.put(new Uint8Array(3));
      await expect(gathered(blobs.read(put.digest, offset))).rejects.toMatchObject({ code: 'chunk_invalid' });
    });

    it('refuses to read what it does not have', async () => {
      expect(await blobs.size(digest)).toBeUndefined();
      const missing = { code: 'blob_missing' };
      await expect(gathered(blobs.read(digest))).rejects.toMatchObject(missing);
      await expect(blobs.bytes(digest)).rejects.toMatchObject(missing);
      await expect(blobs.locate(digest)).rejects.toMatchObject(missing);
    });

    it.each(NOT_DIGESTS)('refuses %j where a digest belongs', async (text) => {
      const malformed = { code: 'digest_malformed' };
      await expect(blobs.size(text)).rejects.toMatchObject(malformed);
      await expect(gathered(blobs.read(text))).rejects.toMatchObject(malformed);
      await expect(blobs.bytes(text)).rejects.toMatchObject(malformed);
      await expect(blobs.locate(text)).rejects.toMatchObject(malformed);
      await expect(blobs.stage('owner', text, 1)).rejects.toMatchObject(malformed);
      await expect(blobs.progress('owner', text)).rejects.toMatchObject(malformed);
    });

    it('adopts a file that was written to scratch', async () => {
      const path = blobs.scratch('round-1.combined');
      writeFileSync(path, bytes);
      expect(await blobs.adopt(path)).toEqual({ digest, size: bytes.length });
      expect(existsSync(path)).toBe(false);
      expect(Buffer.compare(await blobs.bytes(digest), bytes)).toBe(0);
      writeFileSync(path, bytes);
      expect(await blobs.adopt(path)).toEqual({ digest, size: bytes.length });
      expect(existsSync(path)).toBe(false);
    });

    it('locates a blob where a worker can read it', async () => {
      await blobs.put(bytes);
      const location = await blobs.locate(digest);
      const found =
        'path' in location ? (await import('node:fs')).readFileSync(location.path) : location.bytes;
      expect(Buffer.compare(found, bytes)).toBe(0);
    });

    describe('while an upload goes on', () => {
      it('takes chunks in order and makes the blob of them', async () => {
        const upload = await blobs.stage('owner', digest, bytes.length);
        expect(upload).toMatchObject({ digest, size: bytes.length, durableBytes: 0 });
        for await (const chunk of inChunks(bytes, 1 << 20)) await upload.append(upload.durableBytes, chunk);
        expect(upload.durableBytes).toBe(bytes.length);
        expect(await blobs.size(digest)).toBeUndefined();
        await upload.finish();
        await upload.finish();
        await upload.close();
        expect(Buffer.compare(await blobs.bytes(digest), bytes)).toBe(0);
        expect(await blobs.progress('owner', digest)).toEqual({ durableBytes: bytes.length, complete: true });
      });

      it('keeps chunks in order that were not awaited', async () => {
        const upload = await blobs.stage('owner', digest, bytes.length);
        const half = bytes.length / 2;
        await Promise.all([
          upload.append(0, bytes.subarray(0, half)),
          upload.append(half, bytes.subarray(half)),
        ]);
        await upload.finish();
        expect(Buffer.compare(await blobs.bytes(digest), bytes)).toBe(0);
      });

      it('keeps what arrived when the chunk is overwritten by its sender', async () => {
        const upload = await blobs.stage('owner', digest, bytes.length);
        const chunk = Buffer.from(bytes);
        await upload.append(0, chunk);
        chunk.fill(0);
        await upload.finish();
        expect(Buffer.compare(await blobs.bytes(digest), bytes)).toBe(0);
      });

      it('resumes where the last handle was closed, at any byte', async () => {
        const small = bytes.subarray(0, 5000);
        await fc.assert(
          fc.asyncProperty(
            fc.uniqueArray(fc.integer({ min: 0, max: small.length }), { maxLength: 4 }),
            fc.uuid(),
            async (cuts, owner) => {
              const mine = Buffer.concat([small, Buffer.from(owner)]);
              const name = sha256(mine);
              for (const cut of [...cuts.sort((a, b) => a - b), mine.length]) {
                const upload = await blobs.stage(owner, name, mine.length);
                expect((await blobs.progress(owner, name)).durableBytes).toBe(upload.durableBytes);
                await upload.append(upload.durableBytes, mine.subarray(upload.durableBytes, cut));
                if (cut === mine.length) await upload.finish();
                await upload.close();
                await upload.close();
                expect((await blobs.progress(owner, name)).durableBytes).toBe(cut);
              }
              expect(Buffer.compare(await blobs.bytes(name), mine)).toBe(0);
            },
          ),
          { numRuns: 20 },
        );
      });

      it('reports progress by owner', async () => {
        expect(await blobs.progress('owner', digest)).toEqual({ durableBytes: 0, complete: false });
        const upload = await blobs.stage('owner', digest, bytes.length);
        await upload.append(0, bytes.subarray(0, 10));
        expect(await blobs.progress('owner', digest)).toEqual({ durableBytes: 10, complete: false });
        expect(await blobs.progress('other', digest)).toEqual({ durableBytes: 0, complete: false });
        await upload.close();
      });

      it('refuses a gap and an overlap, and goes on at the durable byte', async () => {
        const upload = await blobs.stage('owner', digest, bytes.length);
        await upload.append(0, bytes.subarray(0, 100));
        for (const offset of [99, 101, -1, 0, Number.NaN]) {
          await expect(upload.append(offset, new Uint8Array(1))).rejects.toMatchObject({
            code: 'chunk_invalid',
          });
        }
        expect(upload.durableBytes).toBe(100);
        await upload.append(100, bytes.subarray(100));
        await upload.finish();
        expect(await blobs.size(digest)).toBe(bytes.length);
      });

      it('refuses bytes beyond the size announced', async () => {
        const upload = await blobs.stage('owner', digest, 10);
        await upload.append(0, new Uint8Array(4));
        await expect(upload.append(4, new Uint8Array(7))).rejects.toMatchObject({ code: 'blob_too_large' });
        expect(upload.durableBytes).toBe(4);
        await upload.close();
      });

      it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])(
        'refuses an announced size of %s',
        async (size) => {
          await expect(blobs.stage('owner', digest, size)).rejects.toMatchObject({ code: 'chunk_invalid' });
        },
      );

      it('refuses to finish before all has arrived, and keeps what has', async () => {
        const upload = await blobs.stage('owner', digest, bytes.length);
        await upload.append(0, bytes.subarray(0, 100));
        await expect(upload.finish()).rejects.toMatchObject({ code: 'chunk_invalid' });
        await upload.append(100, bytes.subarray(100));
        await upload.finish();
        expect(await blobs.size(digest)).toBe(bytes.length);
      });

      it('refuses bytes of another digest, discards them, and takes the right ones after', async () => {
        const wrong = new Uint8Array(bytes);
        wrong[17] = (wrong[17] ?? 0) ^ 1;
        const upload = await blobs.stage('owner', digest, bytes.length);
        await upload.append(0, wrong);
        await expect(upload.finish()).rejects.toMatchObject({ code: 'digest_mismatch' });
        expect(upload.durableBytes).toBe(0);
        expect(await blobs.size(digest)).toBeUndefined();
        expect(await blobs.size(sha256(wrong))).toBeUndefined();
        await upload.append(0, bytes);
        await upload.finish();
        expect(await blobs.size(digest)).toBe(bytes.length);
      });

      it('starts over when less is announced than has arrived', async () => {
        const first = await blobs.stage('owner', digest, bytes.length + 5);
        await first.append(0, new Uint8Array(bytes.length + 5));
        await first.close();
        const second = await blobs.stage('owner', digest, bytes.length);
        expect(second.durableBytes).toBe(0);
        await second.append(0, bytes);
        await second.finish();
        expect(await blobs.size(digest)).toBe(bytes.length);
      });

      it('lets the newest handle of an owner and digest go on, and refuses the older ones', async () => {
        const older = await blobs.stage('owner', digest, bytes.length);
        await older.append(0, bytes.subarray(0, 1000));
        const newer = await blobs.stage('owner', digest, bytes.length);
        expect(newer.durableBytes).toBe(1000);
        await expect(older.append(1000, bytes.subarray(1000))).rejects.toMatchObject({
          code: 'upload_superseded',
        });
        await expect(older.finish()).rejects.toMatchObject({ code: 'upload_superseded' });
        await older.close();
        await newer.append(1000, bytes.subarray(1000));
        await newer.finish();
        expect(Buffer.compare(await blobs.bytes(digest), bytes)).toBe(0);
      });

      it('has one survivor when many handles are taken at once', async () => {
        const staged = await Promise.allSettled(
          Array.from({ length: 5 }, () => blobs.stage('owner', digest, bytes.length)),
        );
        const handles = staged.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
        const appended = await Promise.allSettled(handles.map((handle) => handle.append(0, bytes)));
        expect(appended.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
        await handles.at(-1)?.finish();
        expect(Buffer.compare(await blobs.bytes(digest), bytes)).toBe(0);
      });

      it('lets two owners upload the same blob without meeting', async () => {
        const one = await blobs.stage('one', digest, bytes.length);
        const other = await blobs.stage('other', digest, bytes.length);
        await one.append(0, bytes);
        await other.append(0, bytes.subarray(0, 10));
        await one.finish();
        await other.append(10, bytes.subarray(10));
        await other.finish();
        expect(Buffer.compare(await blobs.bytes(digest), bytes)).toBe(0);
      });

      it('has nothing left to send for a blob that is there, and refuses it under another size', async () => {
        await blobs.put(bytes);
        const upload = await blobs.stage('owner', digest, bytes.length);
        expect(upload.durableBytes).toBe(bytes.length);
        await upload.finish();
        await upload.close();
        await expect(blobs.stage('owner', digest, 3)).rejects.toMatchObject({ code: 'digest_mismatch' });
      });

      it('takes the empty blob', async () => {
        const empty = sha256(new Uint8Array());
        const upload = await blobs.stage('owner', empty, 0);
        await upload.finish();
        expect(await blobs.size(empty)).toBe(0);
      });

      it('takes owners of any name', async () => {
        for (const owner of ['../../..', 'did:key:z6Mk/..', '', '\0', 'ü'.repeat(500)]) {
          const upload = await blobs.stage(owner, digest, bytes.length);
          await upload.append(0, bytes.subarray(0, 1));
          expect((await blobs.progress(owner, digest)).durableBytes).toBe(1);
          await upload.close();
        }
      });

      it('refuses a chunk once closed', async () => {
        const upload = await blobs.stage('owner', digest, bytes.length);
        await upload.close();
        await expect(upload.append(0, bytes)).rejects.toMatchObject({ code: 'upload_superseded' });
      });
    });
  });
}
