import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type CombineInput,
  combineFiles,
  combineTensors,
} from '../../coordinator/adapters/compute/combine.ts';
import { RULES } from '../../coordinator/core/aggregators/registry.ts';
import { FederationSchema, type RuleSpec } from '../../shared/federation/schema.ts';
import { decode } from '../../shared/tensors/safetensors.ts';
import { aggregate } from '../aggregators/run-plan.ts';
import { cohortOf, fileOf, noise } from './cohorts.ts';

const folder = mkdtempSync(join(tmpdir(), 'vedette-combine-'));
afterAll(() => rmSync(folder, { recursive: true }));

const layout = [
  { name: 'w', shape: [401, 200] },
  { name: 'b', shape: [3001] },
];
const MEMBERS = 11;
const rows = cohortOf(MEMBERS, layout).map((row, index) => row.map((x) => x + index / MEMBERS));
const files = rows.map((values, index) => fileOf(folder, `update-${index}`, layout, values));
const next = noise(9);
const previous = rows.reduce((sum, row) => sum.map((x, column) => x + (row[column] ?? 0) / (2 * MEMBERS)));
const root = previous.map((x) => x + next() / 10);

/** Every rule, the coordinate ones also after steps before them. */
const SPECS: readonly RuleSpec[] = [
  ...Object.keys(RULES).map((rule) => specOf({ rule })),
  ...['trimmed-mean', 'median', 'geometric-median'].map((rule) =>
    specOf({ rule, before: [{ rule: 'norm-clip' }, { rule: 'nnm' }] }),
  ),
  specOf({ rule: 'mean-around-median', before: [{ rule: 'bucketing' }, { rule: 'arc' }] }),
];

function specOf(spec: object): RuleSpec {
  const federation = FederationSchema.parse({
    federation: 'test',
    features: [{ name: 'x', type: 'numeric' }],
    model: { family: 'autoencoder' },
    aggregation: spec,
  });
  return federation.aggregation;
}

function titleOf({ rule, before = [] }: RuleSpec): string {
  return [...before.map((step) => step.rule), rule].join(' + ');
}

function inputOf(rule: RuleSpec, change: Partial<CombineInput> = {}): CombineInput {
  return {
    contributions: files.map((update, index) => ({ update, weight: 100 + index, influence: 1 })),
    rule,
    layout,
    references: { previous: { values: previous }, root: { values: root } },
    seed: 5,
    ...change,
  };
}

async function bytesOf(input: CombineInput, threads: number): Promise<Buffer> {
  const out = join(folder, 'out');
  await combineFiles({ ...input, out, threads });
  return readFileSync(out);
}

describe.each(SPECS.map((spec) => [titleOf(spec), spec] as const))('combining by %s', (_, rule) => {
  it('gives the same bytes whatever the width of a tile and the number of threads', async () => {
    const expected = await bytesOf(inputOf(rule), 1);
    for (const tileBytes of [1, 100_000])
      expect((await bytesOf(inputOf(rule, { tileBytes }), 1)).equals(expected)).toBe(true);
    for (const threads of [3])
      expect((await bytesOf(inputOf(rule, { tileBytes: 50_000 }), threads)).equals(expected)).toBe(true);
  });

  it('gives the same values in memory, with their norm, and shares that sum to 1', async () => {
    const out = join(folder, 'whole');
    const onDisk = await combineFiles({ ...inputOf(rule), out });
    const inMemory = combineTensors(
      inputOf(rule, {
        contributions: rows.map((values, index) => ({
          update: { values },
          weight: 100 + index,
          influence: 1,
        })),
      }),
    );
    const written = [...decode(readFileSync(out)).tensors.values()].flatMap((values) => [...values]);
    expect(inMemory.values.every((x, column) => x === written[column])).toBe(true);
    expect(inMemory.values.length).toBe(written.length);
    expect(inMemory.norm).toBe(onDisk.norm);
    const squares = written.reduce((sum, x) => sum + x * x, 0);
    expect(inMemory.norm / Math.sqrt(squares)).toBeCloseTo(1, 12);
    expect(inMemory.shares).toEqual(onDisk.shares);
    expect(inMemory.shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  });
});

/** A slice of the cohort, short enough for plain arrays. */
const SHORT = [{ name: 'w', shape: [300] }];
const short = rows.map((row) => row.subarray(0, 300));

describe.each(SPECS.map((spec) => [titleOf(spec), spec] as const))('the kernels by %s', (_, rule) => {
  it('come to what the plan means, carried out in float64', () => {
    const influence = short.map((_row, index) => (index === 3 ? 0.5 : 1));
    const weights = short.map((_row, index) => 100 + index);
    const references = { previous: previous.subarray(0, 300), root: root.subarray(0, 300) };
    const { values } = combineTensors({
      contributions: short.map((row, index) => ({
        update: { values: row },
        weight: weights[index] ?? 0,
        influence: influence[index] ?? 0,
      })),
      rule,
      layout: SHORT,
      references: { previous: { values: references.previous }, root: { values: references.root } },
      seed: 5,
    });
    const expected = aggregate(
      rule,
      short.map((row) => [...row]),
      { weights, influence, previous: [...references.previous], root: [...references.root], seed: 5 },
    );
    const scale = Math.max(...short.flatMap((row) => [...row].map(Math.abs)));
    const furthest = Math.max(...expected.map((x, column) => Math.abs(x - (values[column] ?? Number.NaN))));
    expect(furthest / scale).toBeLessThan(1e-6);
  });
});

describe('combining over columns', () => {
  it.each(['trimmed-mean', 'median', 'mean-around-median'])(
    'by %s gives the same bytes whoever came first',
    (rule) => {
      const input = inputOf(specOf({ rule }));
      const backwards = { ...input, contributions: input.contributions.toReversed() };
      const [first, last] = [combineTensors(input).values, combineTensors(backwards).values];
      expect(Buffer.from(first.buffer).equals(Buffer.from(last.buffer))).toBe(true);
    },
  );
});

describe('combining', () => {
  it('refuses a cohort that the rule does not hold for before anything is written', async () => {
    const out = join(folder, 'refused');
    const contributions = inputOf(specOf({ rule: 'median' })).contributions.slice(0, 2);
    const input = { ...inputOf(specOf({ rule: 'trimmed-mean', trim: 1 }), { contributions }), out };
    await expect(combineFiles(input)).rejects.toMatchObject({ code: 'rule_breakdown' });
    expect(existsSync(out)).toBe(false);
  });

  it.each([1, 2])(
    'refuses an update of another layout, on %i threads, and leaves no file',
    async (threads) => {
      const out = join(folder, 'other-layout');
      const odd = fileOf(folder, 'odd', [{ name: 'w', shape: [2] }], Float32Array.of(1, 2));
      const input = inputOf(specOf({ rule: 'trimmed-mean' }));
      const contributions = [...input.contributions.slice(1), { update: odd, weight: 1, influence: 1 }];
      const refused = combineFiles({ ...input, contributions, out, threads });
      await expect(refused).rejects.toMatchObject({ code: 'update_shape' });
      expect(existsSync(out)).toBe(false);
      const reference = {
        ...input,
        rule: specOf({ rule: 'fltrust' }),
        references: { root: odd },
        out,
        threads,
      };
      await expect(combineFiles(reference)).rejects.toMatchObject({ code: 'update_shape' });
    },
  );

  it.each([1, 2])('refuses a file that was cut off behind its back, on %i threads', async (threads) => {
    const [first] = rows;
    const whole = fileOf(folder, 'whole-then-cut', layout, first ?? new Float32Array());
    writeFileSync(whole.path, readFileSync(whole.path).subarray(0, -4));
    const input = inputOf(specOf({ rule: 'weighted-mean' }));
    const contributions = [...input.contributions, { update: whole, weight: 1, influence: 1 }];
    const out = join(folder, 'cut-off');
    await expect(combineFiles({ ...input, contributions, out, threads })).rejects.toMatchObject({
      code: 'update_malformed',
    });
  });

  it('goes on after threads were refused something', async () => {
    const rule = specOf({ rule: 'trimmed-mean' });
    const expected = await bytesOf(inputOf(rule), 1);
    expect((await bytesOf(inputOf(rule), 2)).equals(expected)).toBe(true);
  });
});
