import { readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileRows, RowFileWriter } from '../../client/data/row-file.ts';
import { openRowStore, readSource } from '../../client/data/row-store.ts';
import { type SitePolicy, SitePolicySchema } from '../../client/data/site-policy.ts';
import type { RowSource } from '../../shared/learning/family.ts';
import {
  type DataFolder,
  dataFolder,
  SMALL_HEADER,
  smallFederation,
  smallRows,
} from '../support/data-folder.ts';
import { refusalOfAsync } from '../support/refusal-of.ts';

let folder: DataFolder;
let home: string;
beforeEach(() => {
  folder = dataFolder();
  home = join(folder.path, 'home');
});
afterEach(() => folder.remove());

const federation = smallFederation();
const policy = (overrides: Partial<SitePolicy> = {}) => SitePolicySchema.parse(overrides);
const csv = (rows: readonly string[]) => `${SMALL_HEADER}\n${rows.join('\n')}\n`;

async function firstColumn(rows: RowSource): Promise<number[]> {
  const values: number[] = [];
  for await (const { data, rows: count, width } of rows.scan(64)) {
    for (let row = 0; row < count; row += 1) values.push(data[row * width] ?? Number.NaN);
  }
  return values;
}

async function heldBackOf(path: string): Promise<Set<number>> {
  await readSource({ path, header: true }, federation, policy(), home);
  const store = await openRowStore(home, federation);
  const held = new Set(await firstColumn(store.heldBack));
  await store.close();
  return held;
}

describe('a row store', () => {
  it('parts the rows into training and held-back ones, each row once, in order', async () => {
    const path = folder.write('events.csv', csv(smallRows(2_000)));
    const pass = await readSource({ path, header: true }, federation, policy(), home);
    const store = await openRowStore(home, federation);
    const training = await firstColumn(store.training);
    const held = await firstColumn(store.heldBack);
    await store.close();
    expect(pass.rows).toMatchObject({
      read: 2_000,
      bad: 0,
      training: training.length,
      heldBack: held.length,
      capped: false,
    });
    expect([...training, ...held].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 2_000 }, (_, row) => row),
    );
    expect(training).toEqual([...training].sort((a, b) => a - b));
    // Binomial(2000, 0.2) has a standard deviation of 18: six of them.
    expect(Math.abs(held.length - 400)).toBeLessThan(108);
  });

  it('holds the same rows back however they are dealt out or written down', async () => {
    const rows = smallRows(600);
    const whole = await heldBackOf(folder.write('whole.csv', csv(rows)));
    const parts = [rows.slice(0, 150), rows.slice(150)].map((part) => part.toReversed());
    const dealt = new Set<number>();
    for (const [index, part] of parts.entries()) {
      for (const row of await heldBackOf(folder.write(`part-${index}.csv`, csv(part)))) dealt.add(row);
    }
    expect(dealt).toEqual(whole);
    const respelt = rows.map((row) => row.replace(/^(\d+),/, '$1.0e0,').replace(/,0$/, ',false'));
    expect(await heldBackOf(folder.write('respelt.csv', csv(respelt)))).toEqual(whole);
  });

  it('trains on normal rows only where there is a label, and does not read the others', async () => {
    const lines = ['1,0.5,web,0,benign', 'broken,0.5,web,0,scan', '2,0.5,web,0,ok', '3,0.5,web,0,'];
    const path = folder.write('labelled.csv', `${SMALL_HEADER},verdict\n${lines.join('\n')}\n`);
    const label = { column: 'verdict', normal: ['benign', 'ok'] };
    const pass = await readSource({ path, header: true, label }, federation, policy(), home);
    expect(pass.rows).toMatchObject({ read: 4, notNormal: 2, bad: 0 });
    expect(pass.rows.training + pass.rows.heldBack).toBe(2);
    expect(pass.extraColumns).toEqual([]);
  });

  it('stops at the rows the site allows', async () => {
    const path = folder.write('many.csv', csv(smallRows(500)));
    const pass = await readSource({ path, header: true }, federation, policy({ maxRows: 120 }), home);
    expect(pass.rows.training + pass.rows.heldBack).toBe(120);
    expect(pass.rows.capped).toBe(true);
  });

  it('keeps what it writes to its user', async () => {
    const path = folder.write('events.csv', csv(smallRows(10)));
    await readSource({ path, header: true }, federation, policy(), home);
    const files = readdirSync(join(home, 'rows'));
    expect(files.sort()).toEqual(['held-back.f32', 'pass.json', 'training.f32']);
    for (const file of files) expect(statSync(join(home, 'rows', file)).mode & 0o777).toBe(0o600);
  });

  it('does not read an unchanged source again, and reads a changed one', async () => {
    const path = folder.write('events.csv', csv(smallRows(50)));
    const source = { path, header: true };
    utimesSync(path, 1e9, 1e9);
    const first = await readSource(source, federation, policy(), home);
    // Same size and time, other content: only a second reading could notice.
    writeFileSync(path, csv(smallRows(50)).replace('0,0,mail,0', '7,0,mail,0'));
    utimesSync(path, 1e9, 1e9);
    const second = await readSource(source, federation, policy(), home);
    writeFileSync(path, csv(smallRows(51)));
    const third = await readSource(source, federation, policy(), home);
    expect(second.fingerprint).toEqual(first.fingerprint);
    expect(third.rows.read).toBe(51);
  });

  it('reads again when the federation declares other features', async () => {
    const path = folder.write('events.csv', csv(smallRows(50)));
    await readSource({ path, header: true }, federation, policy(), home);
    const narrower = smallFederation({ features: federation.features.slice(0, 3) });
    const pass = await readSource({ path, header: true }, narrower, policy(), home);
    expect(pass.extraColumns).toEqual(['night']);
  });

  it('leaves nothing that could be trained on when the source is refused halfway', async () => {
    const path = folder.write('events.csv', csv(smallRows(50)));
    await readSource({ path, header: true }, federation, policy(), home);
    writeFileSync(path, `${csv(smallRows(50))}"${'x\n'.repeat(1024 * 1024)}`);
    expect(
      (await refusalOfAsync(() => readSource({ path, header: true }, federation, policy(), home))).code,
    ).toBe('data_line_too_long');
    expect(readdirSync(join(home, 'rows'))).not.toContain('pass.json');
    expect(readdirSync(join(home, 'rows')).filter((file) => file.endsWith('.part'))).toEqual([]);
  });
});

describe('rows of a file', () => {
  it('are the same from memory and from disk, by scan and by pick', async () => {
    const path = join(folder.path, 'rows.f32');
    const writer = await RowFileWriter.create(path);
    // More than one buffer of the writer.
    const rows = 200_000;
    for (let row = 0; row < rows; row += 1) await writer.add(Float32Array.of(row, row / 2, -row));
    await writer.finish();
    const positions = Uint32Array.of(rows - 1, 0, 77_777, 77_777);
    const views = [];
    for (const inMemoryBytes of [undefined, 0]) {
      const source = await FileRows.open(path, 3, inMemoryBytes);
      const batches: number[] = [];
      for await (const batch of source.scan(65_536)) batches.push(batch.rows, ...batch.data.slice(-3));
      const picked = await source.pick(positions);
      views.push({ count: source.count, batches, picked: [...picked.data] });
      await expect(source.pick(Uint32Array.of(rows))).rejects.toThrow(RangeError);
      await source.close();
    }
    expect(views[0]).toEqual(views[1]);
    expect(views[0]).toMatchObject({
      count: rows,
      batches: [
        65_536,
        65_535,
        65_535 / 2,
        -65_535,
        65_536,
        131_071,
        131_071 / 2,
        -131_071,
        65_536,
        196_607,
        196_607 / 2,
        -196_607,
        3_392,
        199_999,
        199_999 / 2,
        -199_999,
      ],
    });
    expect(views[0]?.picked.slice(0, 6)).toEqual([199_999, 199_999 / 2, -199_999, 0, 0, -0]);
  });
});
