import { describe, expect, it } from 'vitest';
import type { Connector } from '../../client/data/connectors/connector.ts';
import { openCsv } from '../../client/data/connectors/csv.ts';
import { openNdjson } from '../../client/data/connectors/ndjson.ts';

const STREAMED_BYTES = 200 * 1024 * 1024;
const ALLOWED_GROWTH_BYTES = 64 * 1024 * 1024;
const WANTED = ['f0', 'f19'];

/** `head` once, then `block` again and again, until 200 MiB have gone by. */
async function* stream(head: string, block: string): AsyncGenerator<Buffer> {
  yield Buffer.from(head);
  for (let sent = 0; sent < STREAMED_BYTES; sent += block.length) yield Buffer.from(block);
}

async function drain(connector: Connector): Promise<{ records: number; growthBytes: number }> {
  let records = 0;
  let base: number | undefined;
  let peak = 0;
  for await (const batch of connector.records) {
    records += batch.length;
    const { rss } = process.memoryUsage();
    // What the first tenth takes is the engine warming up, not the file.
    if (records * 150 < STREAMED_BYTES / 10) continue;
    base ??= rss;
    peak = Math.max(peak, rss);
  }
  return { records, growthBytes: peak - (base ?? peak) };
}

describe('a source far larger than its share of memory', () => {
  const names = Array.from({ length: 20 }, (_, place) => `f${place}`);

  it('streams as CSV without growing the process', async () => {
    const block = `${names.map((_, place) => (place * 7.25 + 1).toFixed(3)).join(',')}\n`.repeat(400);
    const connector = await openCsv(stream(`${names.join(',')}\n`, block), {
      path: 'big.csv',
      header: true,
      wanted: WANTED,
    });
    const { records, growthBytes } = await drain(connector);
    expect(records).toBe(400 * Math.ceil(STREAMED_BYTES / block.length));
    expect(growthBytes).toBeLessThan(ALLOWED_GROWTH_BYTES);
  });

  it('streams as NDJSON without growing the process', async () => {
    const line = `${JSON.stringify(Object.fromEntries(names.map((name, place) => [name, place * 7.25])))}\n`;
    const connector = await openNdjson(stream(line, line.repeat(300)), {
      path: 'big.ndjson',
      wanted: WANTED,
    });
    const { records, growthBytes } = await drain(connector);
    expect(records).toBe(1 + 300 * Math.ceil(STREAMED_BYTES / (line.length * 300)));
    expect(growthBytes).toBeLessThan(ALLOWED_GROWTH_BYTES);
  });
});
