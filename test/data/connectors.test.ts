import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, describe, expect, it } from 'vitest';
import { type Connector, type DataRecord, MAX_RECORD_BYTES } from '../../client/data/connectors/connector.ts';
import { openCsv } from '../../client/data/connectors/csv.ts';
import { openNdjson } from '../../client/data/connectors/ndjson.ts';
import { openConnector } from '../../client/data/connectors/open.ts';
import { openParquet } from '../../client/data/connectors/parquet.ts';
import { Refusal } from '../../shared/refusal.ts';
import { dataFolder } from '../support/data-folder.ts';
import { refusalOfAsync } from '../support/refusal-of.ts';

const folder = dataFolder();
afterAll(() => folder.remove());

async function recordsOf(path: string, wanted: readonly string[], header = true): Promise<DataRecord[]> {
  return drained(openConnector({ path, header }, wanted));
}

async function drained(opening: Promise<Connector>): Promise<DataRecord[]> {
  const { records } = await opening;
  const all: DataRecord[] = [];
  for await (const batch of records) all.push(...batch);
  return all;
}

/** `fine` for records or a refusal; anything else is what went wrong. */
async function outcomeOf(read: () => Promise<DataRecord[]>): Promise<unknown> {
  return read().then(
    () => 'fine',
    (error: unknown) => (error instanceof Refusal ? 'fine' : error),
  );
}

/** The text in chunks of any size, as a stream would bring it. */
async function* inChunks(content: Buffer, chunkBytes: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < content.length; start += chunkBytes)
    yield content.subarray(start, start + chunkBytes);
}

describe('a CSV source', () => {
  it('gives the wanted cells in the order asked, each record with its line', async () => {
    const path = folder.write('plain.csv', 'a,b,c\n1,2,3\n\n4,5,6\n');
    expect(await recordsOf(path, ['c', 'a'])).toEqual([
      { line: 2, cells: ['3', '1'] },
      { line: 4, cells: ['6', '4'] },
    ]);
  });

  it('reads quotes, commas and line breaks inside quotes, and keeps counting lines', async () => {
    const path = folder.write('quoted.csv', '\uFEFFa,b\r\n"x, ""y""","two\nlines"\r\n3,4');
    expect(await recordsOf(path, ['a', 'b'])).toEqual([
      { line: 2, cells: ['x, "y"', 'two\nlines'] },
      { line: 4, cells: ['3', '4'] },
    ]);
  });

  it('names a record of another width and misplaced quotes, and reads on', async () => {
    const path = folder.write('ragged.csv', 'a,b\n1\nx"y"z,2\n5,6\n');
    const records = await recordsOf(path, ['a', 'b']);
    expect(records[0]).toMatchObject({ line: 2, problem: 'has 1 cells, the header has 2' });
    expect(records[1]).toMatchObject({ line: 3, problem: expect.stringContaining('misplaced quotes') });
    expect(records[2]).toEqual({ line: 4, cells: ['5', '6'] });
  });

  it('names a quote that is never closed', async () => {
    const path = folder.write('unclosed.csv', 'a,b\n1,2\n"3,4\n5,6\n');
    const records = await recordsOf(path, ['a', 'b']);
    expect(records[1]).toMatchObject({ line: 3, problem: 'opens a quote that is never closed' });
  });

  it('without a header takes the columns in the order of the features', async () => {
    const path = folder.write('bare.csv', '1,2\n3,4\n');
    expect(await recordsOf(path, ['a', 'b'], false)).toEqual([
      { line: 1, cells: ['1', '2'] },
      { line: 2, cells: ['3', '4'] },
    ]);
    const refusal = await refusalOfAsync(() => recordsOf(path, ['a', 'b', 'c'], false));
    expect(refusal).toMatchObject({ code: 'data_columns', facts: { columns: 2, bound: 3 } });
  });

  it('is the same from gzip', async () => {
    const text = 'a,b\n1,2\n3,4\n';
    const plain = folder.write('same.csv', text);
    const packed = folder.write('same.csv.gz', gzipSync(text));
    expect(await recordsOf(packed, ['a', 'b'])).toEqual(await recordsOf(plain, ['a', 'b']));
  });

  it('reads any cells back whatever they hold and however the bytes arrive', async () => {
    const cell = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }).filter((text) => !text.includes('\r')),
      fc.constantFrom('', 'a,b', '"', 'x\ny', '""', ' '),
    );
    const table = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 40 }), async (rows, chunkBytes) => {
        const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
        const text = `a,b\n${rows.map((row) => row.map(quote).join(',')).join('\n')}\n`;
        const chunks = inChunks(Buffer.from(text), chunkBytes);
        const connector = await openCsv(chunks, { path: 'generated.csv', header: true, wanted: ['a', 'b'] });
        const cells: unknown[] = [];
        for await (const batch of connector.records)
          cells.push(...batch.map((record) => ('cells' in record ? record.cells : record)));
        expect(cells).toEqual(rows.map((row) => row.map((value) => Buffer.from(value).toString())));
      }),
      { numRuns: 200 },
    );
  });
});

describe('an NDJSON source', () => {
  it('finds cells by key, in any order, and leaves out what is null or absent', async () => {
    const path = folder.write(
      'events.ndjson',
      '{"a":1.5,"b":"x","c":true}\n\n{"c":false,"a":null}\n[1]\nnot json\n',
    );
    const records = await recordsOf(path, ['a', 'b', 'c']);
    expect(records.slice(0, 2)).toEqual([
      { line: 1, cells: ['1.5', 'x', 'true'] },
      { line: 3, cells: [undefined, undefined, 'false'] },
    ]);
    expect(records.slice(2)).toEqual([
      { line: 4, problem: 'is not a JSON object' },
      { line: 5, problem: 'is not a JSON object' },
    ]);
  });

  it('does not take inherited properties for cells', async () => {
    const path = folder.write('inherited.ndjson', '{"a":1}\n');
    expect(await recordsOf(path, ['constructor', 'toString', 'a'])).toEqual([
      { line: 1, cells: [undefined, undefined, '1'] },
    ]);
  });

  it('is the same from gzip', async () => {
    const path = folder.write('events.ndjson.gz', gzipSync('{"a":1}\n{"a":2}\n'));
    expect(await recordsOf(path, ['a'])).toEqual([
      { line: 1, cells: ['1'] },
      { line: 2, cells: ['2'] },
    ]);
  });
});

describe('a Parquet source', () => {
  const numbers = Float64Array.from({ length: 250 }, (_, row) => row / 4);
  const columnData = [
    { name: 'a', data: numbers, type: 'DOUBLE' as const },
    {
      name: 'b',
      data: Array.from(numbers, (_, row) => (row % 2 === 0 ? 'web' : 'mail')),
      type: 'STRING' as const,
    },
    { name: 'c', data: Array.from(numbers, (_, row) => row % 3 === 0), type: 'BOOLEAN' as const },
  ];

  it('gives rows group by group, numbered through', async () => {
    const path = folder.write(
      'events.parquet',
      new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 100 })),
    );
    const connector = await openConnector({ path, header: true }, ['c', 'a']);
    expect(connector.columns).toEqual(['a', 'b', 'c']);
    const batches: (readonly DataRecord[])[] = [];
    for await (const batch of connector.records) batches.push(batch);
    expect(batches.map((batch) => batch.length)).toEqual([100, 100, 50]);
    expect(batches[2]?.[49]).toEqual({ line: 250, cells: ['true', '62.25'] });
  });

  it('leaves the cells of absent columns undefined', async () => {
    const path = folder.write('narrow.parquet', new Uint8Array(parquetWriteBuffer({ columnData })));
    const [first] = await recordsOf(path, ['a', 'z']);
    expect(first).toEqual({ line: 1, cells: ['0', undefined] });
  });

  it('refuses a cell beyond the bound of a record', async () => {
    const long = [{ name: 'a', data: ['x'.repeat(MAX_RECORD_BYTES + 1)], type: 'STRING' as const }];
    const path = folder.write('long.parquet', new Uint8Array(parquetWriteBuffer({ columnData: long })));
    expect(await refusalOfAsync(() => recordsOf(path, ['a']))).toMatchObject({ code: 'data_line_too_long' });
  });

  it('answers damaged bytes with a refusal, wherever the damage lies', async () => {
    const whole = new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 100 }));
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (place, flip) => {
        const damaged = whole.slice();
        damaged[place] = (damaged[place] ?? 0) ^ flip;
        const path = folder.write('damaged.parquet', damaged);
        expect(
          await outcomeOf(() =>
            drained(openParquet({ path, wanted: ['a', 'b', 'c'], decodeWithinMs: 3_000 })),
          ),
        ).toBe('fine');
      }),
      { numRuns: 12 },
    );
  });

  it('gives up on a page that sends the decoder round in circles', async () => {
    const damaged = new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 100 }));
    // The encoding in the first page header: its plain values are now read as run lengths of billions.
    damaged[16] = (damaged[16] ?? 0) ^ 2;
    const path = folder.write('circles.parquet', damaged);
    const refusal = await refusalOfAsync(() =>
      drained(openParquet({ path, wanted: ['a'], decodeWithinMs: 3_000 })),
    );
    expect(refusal.code).toBe('data_format');
  });
});

describe('every source', () => {
  // Parquet opens a thread for each file: it gets fewer runs, above and here.
  const names = ['fuzz.csv', 'fuzz.csv.gz', 'fuzz.ndjson', 'fuzz.ndjson.gz'];

  it('takes arbitrary bytes and answers with records or a refusal, nothing else', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc.string({ unit: 'grapheme', maxLength: 200 }).map((text) => new TextEncoder().encode(text)),
      fc.uint8Array({ maxLength: 200 }).map((body) => Uint8Array.from([...gzipSync(body)])),
      fc
        .uint8Array({ minLength: 8, maxLength: 200 })
        .map((body) => Uint8Array.from([...body, ...Buffer.from('PAR1')])),
    );
    await fc.assert(
      fc.asyncProperty(bytes, fc.constantFrom(...names), fc.boolean(), async (content, name, header) => {
        const outcome = await recordsOf(folder.write(name, content), ['a', 'b'], header).catch(
          (error: unknown) => error,
        );
        expect(outcome instanceof Refusal || Array.isArray(outcome)).toBe(true);
      }),
      { numRuns: 500 },
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (content) => {
        expect(await outcomeOf(() => recordsOf(folder.write('fuzz.parquet', content), ['a', 'b']))).toBe(
          'fine',
        );
      }),
      { numRuns: 8 },
    );
  });

  it('refuses an empty file', async () => {
    for (const name of ['none.csv', 'none.ndjson', 'none.parquet']) {
      const path = folder.write(name, '');
      expect((await refusalOfAsync(() => recordsOf(path, ['a']))).code).toBe('data_empty');
    }
  });

  it('refuses a file that is not there, a folder, and an extension it does not know', async () => {
    for (const name of ['absent.csv', 'absent.csv.gz', 'absent.parquet']) {
      expect((await refusalOfAsync(() => recordsOf(`${folder.path}/${name}`, ['a']))).code).toBe(
        'data_missing',
      );
    }
    expect((await refusalOfAsync(() => recordsOf(folder.write('events.xlsx', 'x'), ['a']))).code).toBe(
      'data_format',
    );
    expect((await refusalOfAsync(() => recordsOf(folder.path, ['a']))).code).toBe('data_format');
  });

  it('refuses gzip that is cut off, after what came before', async () => {
    const packed = gzipSync(`a,b\n${'1,2\n'.repeat(50_000)}`);
    const path = folder.write('cut.csv.gz', packed.subarray(0, packed.length - 20));
    expect((await refusalOfAsync(() => recordsOf(path, ['a', 'b']))).code).toBe('data_format');
  });

  it('takes a record of exactly the bound and refuses one byte more', async () => {
    const whole = `{"a":"${'x'.repeat(MAX_RECORD_BYTES - 8)}"}`;
    expect(await recordsOf(folder.write('bound.ndjson', whole), ['a'])).toHaveLength(1);
    const beyond = `{"a":"${'x'.repeat(MAX_RECORD_BYTES - 7)}"}`;
    const refusal = await refusalOfAsync(() =>
      recordsOf(folder.write('beyond.ndjson', `{"a":1}\n${beyond}`), ['a']),
    );
    expect(refusal).toMatchObject({
      code: 'data_line_too_long',
      facts: { line: 2, boundBytes: MAX_RECORD_BYTES },
    });
  });

  it('refuses quotes that swallow more than the bound', async () => {
    const path = folder.write('swallow.csv', `a,b\n"1,2\n${'3,4\n'.repeat(MAX_RECORD_BYTES / 4)}`);
    expect(await refusalOfAsync(() => recordsOf(path, ['a', 'b']))).toMatchObject({
      code: 'data_line_too_long',
      facts: { line: 2 },
    });
  });
});

describe('an endless line', () => {
  const CHUNK = Buffer.alloc(64 * 1024, 'x');

  /** Two GiB without a line break; counts what was asked for. */
  async function* endless(taken: { bytes: number }): AsyncGenerator<Buffer> {
    for (let left = 2 ** 31; left > 0; left -= CHUNK.length) {
      taken.bytes += CHUNK.length;
      yield Buffer.from(CHUNK);
    }
  }

  it('is refused as soon as it passes the bound, and no more of it is read', async () => {
    for (const open of [openCsv, openNdjson]) {
      const taken = { bytes: 0 };
      const before = process.memoryUsage().rss;
      const refusal = await refusalOfAsync(() =>
        open(endless(taken), { path: 'endless', header: true, wanted: ['a'] }),
      );
      expect(refusal).toMatchObject({ code: 'data_line_too_long', facts: { line: 1 } });
      expect(taken.bytes).toBeLessThanOrEqual(MAX_RECORD_BYTES + 2 * CHUNK.length);
      expect(process.memoryUsage().rss - before).toBeLessThan(32 * 1024 * 1024);
    }
  });
});
