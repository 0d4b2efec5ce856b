import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CombinePass } from '../../coordinator/adapters/compute/combine-pass.ts';
import { GramPass } from '../../coordinator/adapters/compute/gram-pass.ts';
import { runHere, STRIPE_COLUMNS, stripesOf } from '../../coordinator/adapters/compute/stripes.ts';
import type { Kernel, Matrix, Plan } from '../../coordinator/core/aggregators/rule.ts';
import { cohortOf, noise } from './cohorts.ts';
import { plainColumns, plainInnerProduct, plainSketch, plainWeightedSum } from './plain-kernels.ts';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'coordinator/adapters/compute/kernels');

/** Tensors that end anywhere in a block of columns. */
const layout = [
  { name: 'a', shape: [7, 31] },
  { name: 'b', shape: [1] },
  { name: 'c', shape: [611] },
];

function combined(rows: readonly Float32Array[], plan: Plan): Float32Array {
  const out: number[] = [];
  const sources = rows.map((values) => ({ values }));
  runHere(new CombinePass({ sources, layout, plan }), stripesOf(layout), ({ values }) => out.push(...values));
  return Float32Array.from(out);
}

/** The sign of a zero counts. */
function bits(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}

function columnsPlan(rows: number, kernel: Kernel, mix?: Matrix): Plan {
  return { kind: 'columns', mix, kernel, shares: new Array<number>(rows).fill(1 / rows) };
}

function kernelsFor(n: number): Kernel[] {
  const trims = [0, 1, Math.floor(0.2 * n), Math.floor((n - 1) / 2)].filter((trim) => n - 2 * trim >= 1);
  const keeps = [1, Math.ceil(n / 3), n - 1, n].filter((keep) => keep >= 1);
  return [
    { kernel: 'median' },
    ...trims.map((trim) => ({ kernel: 'trimmed-mean', trim }) as const),
    ...keeps.map((keep) => ({ kernel: 'mean-around-median', keep }) as const),
  ];
}

const COHORTS = [1, 2, 3, 4, 5, 8, 11, 50];

describe('a kernel over columns', () => {
  it.each(COHORTS)('gives the bits of the plain code for %i rows', (n) => {
    const rows = cohortOf(n, layout, n);
    for (const kernel of kernelsFor(n)) {
      expect(bits(combined(rows, columnsPlan(n, kernel))), JSON.stringify(kernel)).toEqual(
        bits(plainColumns(rows, kernel)),
      );
    }
  });

  it.each([2, 5, 12])('gives the bits of the plain code for mixtures of %i rows', (n) => {
    const rows = cohortOf(n, layout, n);
    const next = noise(n);
    const mix = Array.from({ length: n + 2 }, () => rows.map(() => (next() > 0.5 ? 0 : next())));
    for (const kernel of kernelsFor(mix.length)) {
      expect(bits(combined(rows, columnsPlan(n, kernel, mix))), JSON.stringify(kernel)).toEqual(
        bits(plainColumns(rows, kernel, mix)),
      );
    }
  });

  it('does not tell by the sign of a zero who came first', () => {
    const plus = Float32Array.from({ length: 829 }, () => 0);
    const minus = plus.map(() => -0);
    for (const kernel of kernelsFor(3)) {
      const first = combined([plus, minus, minus], columnsPlan(3, kernel));
      const last = combined([minus, minus, plus], columnsPlan(3, kernel));
      expect(bits(first)).toEqual(bits(last));
      expect(Object.is(first[0], 0)).toBe(true);
    }
  });

  it('never reads a row that has no part in the result', () => {
    const rows = cohortOf(3, layout);
    rows[1]?.fill(Number.NaN);
    const mix = [
      [1, 0, 0],
      [0.5, 0, 0.5],
    ];
    expect(combined(rows, columnsPlan(3, { kernel: 'median' }, mix)).some(Number.isNaN)).toBe(false);
    const linear: Plan = { kind: 'linear', coefficients: [1, 0, 2], shares: [1, 0, 0] };
    expect(combined(rows, linear).some(Number.isNaN)).toBe(false);
  });
});

describe('the weighted sum', () => {
  it.each(COHORTS)('gives the bits of the plain code for %i rows', (n) => {
    const rows = cohortOf(n, layout, n);
    const next = noise(n);
    const coefficients = rows.map(() => next());
    const plan: Plan = { kind: 'linear', coefficients, shares: coefficients };
    expect(bits(combined(rows, plan))).toEqual(bits(plainWeightedSum(rows, coefficients)));
  });
});

describe('inner products, signs and sketches', () => {
  it.each(COHORTS)('have the bits of the plain code for %i rows', (n) => {
    const rows = cohortOf(n, layout, n);
    const stripes = stripesOf(layout);
    const pass = new GramPass({ sources: rows.map((values) => ({ values })), layout, profiled: n });
    const gram = new Float64Array(n * n);
    const sketches = new Float64Array(n * 64);
    const above = new Float64Array(n);
    const below = new Float64Array(n);
    runHere(pass, stripes, (sums) => {
      for (const [total, part] of [
        [gram, sums.gram],
        [sketches, sums.sketches],
        [above, sums.above],
        [below, sums.below],
      ] as const)
        total.forEach((value, index) => {
          total[index] = value + (part[index] ?? 0);
        });
    });
    expect([...gram]).toEqual(rows.flatMap((a) => rows.map((b) => plainInnerProduct(a, b, stripes))));
    expect([...above]).toEqual(rows.map((row) => row.filter((x) => x > 0).length));
    expect([...below]).toEqual(rows.map((row) => row.filter((x) => x < 0).length));
    expect([...sketches].map(Math.fround)).toEqual(rows.flatMap((row) => plainSketch(row, stripes)));
  });
});

describe('stripes', () => {
  it('cover every column once, and none belongs to two tensors', () => {
    const long = [
      { name: 'a', shape: [3] },
      { name: 'b', shape: [2, STRIPE_COLUMNS] },
      { name: 'c', shape: [STRIPE_COLUMNS + 1] },
    ];
    const stripes = stripesOf(long);
    expect(stripes.map(({ columns, tensor }) => [tensor, columns])).toEqual([
      [0, 3],
      [1, STRIPE_COLUMNS],
      [1, STRIPE_COLUMNS],
      [2, STRIPE_COLUMNS],
      [2, 1],
    ]);
    let next = 0;
    for (const { from, columns } of stripes) {
      expect(from).toBe(next);
      next += columns;
    }
  });
});

describe('the compiled kernels', () => {
  it('are what their source compiles to', () => {
    const folder = mkdtempSync(join(tmpdir(), 'vedette-kernels-'));
    try {
      const source = join(FOLDER, 'assembly');
      for (const name of readdirSync(source)) copyFileSync(join(source, name), join(folder, name));
      const compiled = join(folder, 'compiled.wasm');
      const compiler = join(ROOT, 'node_modules/assemblyscript/bin/asc.js');
      execFileSync(process.execPath, [
        compiler,
        join(folder, 'index.ts'),
        '--config',
        join(folder, 'asconfig.json'),
        '--outFile',
        compiled,
      ]);
      expect(readFileSync(compiled).equals(readFileSync(join(FOLDER, 'kernels.wasm')))).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
