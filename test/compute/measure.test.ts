import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type MeasureInput,
  measureFiles,
  measureTensors,
} from '../../coordinator/adapters/compute/measure.ts';
import { cohortOf, fileOf } from './cohorts.ts';

const folder = mkdtempSync(join(tmpdir(), 'vedette-measure-'));
afterAll(() => rmSync(folder, { recursive: true }));

const layout = [
  { name: 'w', shape: [401, 200] },
  { name: 'b', shape: [1001] },
];
const SPLIT = 401 * 200;
const rows = cohortOf(5, layout);
const [before = new Float32Array()] = cohortOf(1, layout, 77);
const input: MeasureInput = {
  updates: rows.map((values, index) => ({ member: `m${index}`, update: { values } })),
  references: [{ name: 'previous', source: { values: before } }],
  layout,
};
const measured = measureTensors(input);

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, x, index) => sum + x * (b[index] ?? 0), 0);
}

describe('the measures of a cohort', () => {
  it('name members and references, in the order of the rows of the Gram matrix', () => {
    expect(measured.members).toEqual(['m0', 'm1', 'm2', 'm3', 'm4']);
    expect(measured.references).toEqual(['previous']);
    const all = [...rows, before];
    all.forEach((a, i) => {
      all.forEach((b, j) => {
        const bound = 1e-12 * Math.sqrt(dot(a, a) * dot(b, b));
        expect(Math.abs((measured.gram[i]?.[j] ?? 0) - dot(a, b))).toBeLessThan(bound);
      });
    });
  });

  it('are the same to the bit whatever the width of a tile and the number of threads', async () => {
    for (const tileBytes of [1, 50_000, 2 ** 30])
      expect(measureTensors({ ...input, tileBytes })).toEqual(measured);
    const updates = rows.map((values, index) => ({
      member: `m${index}`,
      update: fileOf(folder, `u${index}`, layout, values),
    }));
    for (const threads of [1, 2, 3])
      expect(await measureFiles({ ...input, updates, threads })).toEqual(measured);
  });

  it('tell the distance to the mean by tensor, which over all tensors is the distance', () => {
    const mean = rows[0]?.map((_, column) => rows.reduce((sum, row) => sum + (row[column] ?? 0), 0) / 5);
    expect(measured.layers.map(({ name }) => name)).toEqual(['w', 'b']);
    rows.forEach((row, index) => {
      const squares = row.map((x, column) => (x - (mean?.[column] ?? 0)) ** 2);
      const [w, b] = [squares.subarray(0, SPLIT), squares.subarray(SPLIT)].map((part) =>
        part.reduce((sum, x) => sum + x, 0),
      );
      expect((measured.layers[0]?.squares[index] ?? 0) / (w ?? 0)).toBeCloseTo(1, 4);
      expect((measured.layers[1]?.squares[index] ?? 0) / (b ?? 0)).toBeCloseTo(1, 4);
    });
  });

  it('count signs in shares that sum to 1, −0 as zero', () => {
    rows.forEach((row, index) => {
      const { positive = -1, zero = -1, negative = -1 } = measured.signs[index] ?? {};
      expect(positive).toBe(row.filter((x) => x > 0).length / row.length);
      expect(zero).toBe(row.filter((x) => x === 0).length / row.length);
      expect(negative).toBe(row.filter((x) => x < 0).length / row.length);
    });
  });

  it('sketch a sum as the sum of the sketches, and about as long as the update', () => {
    const [a = new Float32Array(), b = new Float32Array()] = rows;
    const updates = [
      ...input.updates,
      { member: 'sum', update: { values: a.map((x, c) => x + (b[c] ?? 0)) } },
    ];
    const { sketches } = measureTensors({ ...input, updates });
    const [first = [], second = []] = sketches;
    const length = Math.hypot(...first);
    sketches.at(-1)?.forEach((value, direction) => {
      expect(Math.abs(value - ((first[direction] ?? 0) + (second[direction] ?? 0)))).toBeLessThan(
        1e-4 * length,
      );
    });
    expect(length / Math.hypot(...a)).toBeGreaterThan(0.7);
    expect(length / Math.hypot(...a)).toBeLessThan(1.4);
  });

  it('find copies at distance 0 exactly', () => {
    const twins = [
      ...input.updates,
      { member: 'twin', update: { values: Float32Array.from(rows[2] ?? []) } },
    ];
    const { gram } = measureTensors({ ...input, updates: twins });
    expect((gram[2]?.[2] ?? 0) + (gram[5]?.[5] ?? 0) - 2 * (gram[2]?.[5] ?? 0)).toBe(0);
  });

  it('refuse an update of another layout', () => {
    const updates = [...input.updates, { member: 'odd', update: { values: new Float32Array(3) } }];
    expect(() => measureTensors({ ...input, updates })).toThrow(/a reference has 3 values/);
  });
});
