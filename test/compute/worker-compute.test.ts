import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { WorkerCompute } from '../../coordinator/adapters/compute/worker-compute.ts';
import type { AggregateJob } from '../../coordinator/ports/compute.ts';
import { validateFederation } from '../../shared/federation/load.ts';
import { decode, encode, tensorsOfFlat } from '../../shared/tensors/safetensors.ts';
import { UNLUCKY } from '../support/hazardous-family.ts';

const folder = mkdtempSync(join(tmpdir(), 'vedette-compute-'));
afterAll(() => rmSync(folder, { recursive: true }));

const fake = new URL('../support/hazardous-family.ts', import.meta.url).href;
const open: WorkerCompute[] = [];
afterEach(() => Promise.all(open.splice(0).map((compute) => compute.close())));

function compute(): WorkerCompute {
  const one = new WorkerCompute({ families: fake, backend: fake });
  open.push(one);
  return one;
}

const federation = validateFederation({
  federation: 'test',
  features: [
    { name: 'x', type: 'numeric' },
    { name: 'kind', type: 'category', values: ['a'] },
  ],
  model: { family: 'christoffel' },
  seed: 7,
});

const layout = [
  { name: 'w', shape: [2, 2] },
  { name: 'b', shape: [1] },
];

function file(name: string, values: readonly number[], layoutOf = layout) {
  const path = join(folder, name);
  writeFileSync(path, encode(tensorsOfFlat(layoutOf, Float32Array.from(values))));
  return { path };
}

function memory(values: readonly number[]) {
  return { bytes: encode(tensorsOfFlat(layout, Float32Array.from(values))) };
}

function valuesOf(path: string): number[] {
  return [...decode(readFileSync(path)).tensors.values()].flatMap((values) => [...values]);
}

const base = file('base', [1, 1, 1, 1, 1]);

function aggregateJob(out: string, change: Partial<AggregateJob> = {}): AggregateJob {
  return {
    federation,
    step: 'plain',
    contributions: [
      { member: 'a', update: file('u-a', [1, 2, 3, 4, 5]), weight: 1, influence: 1 },
      { member: 'b', update: memory([3, 2, 1, 0, -1]), weight: 3, influence: 1 },
      { member: 'c', update: file('u-c', [100, 2, 2, 2, 2]), weight: 4, influence: 1 },
    ],
    rule: { rule: 'weighted-mean' },
    base,
    server: undefined,
    previous: undefined,
    canaryFile: undefined,
    seed: 1,
    out: join(folder, out),
    ...change,
  };
}

describe('aggregation in the worker', () => {
  it('combines from disk and memory by weight and applies the step', async () => {
    const result = await compute().aggregate(aggregateJob('mean'));
    expect(valuesOf(result.combined)).toEqual([51.25, 2, 1.75, 1.5, 1.25]);
    expect(valuesOf(result.base)).toEqual([52.25, 3, 2.75, 2.5, 2.25]);
    expect(result.server).toBeUndefined();
    expect(result.norm).toBeCloseTo(Math.hypot(51.25, 2, 1.75, 1.5, 1.25), 10);
    expect(result.shares).toEqual([1 / 8, 3 / 8, 4 / 8]);
  });

  it('clips around the combined vector of the round before', async () => {
    const rule = { rule: 'centred-clipping', radius: 1, iterations: 1 } as const;
    const previous = file('previous', [3, 2, 2, 2, 2]);
    const contributions = [{ member: 'a', update: file('u-far', [3, 2, 2, 2, 12]), weight: 1, influence: 1 }];
    const result = await compute().aggregate(aggregateJob('clipped', { rule, previous, contributions }));
    expect(valuesOf(result.combined)).toEqual([3, 2, 2, 2, 3]);
  });

  it('gives the same bytes twice, and by trimmed mean what the sort says', async () => {
    const worker = compute();
    const rule = { rule: 'trimmed-mean' } as const;
    const first = await worker.aggregate(aggregateJob('trim-1', { rule }));
    const second = await compute().aggregate(aggregateJob('trim-2', { rule }));
    expect(valuesOf(first.combined)).toEqual([3, 2, 2, 2, 2]);
    expect(readFileSync(first.base).equals(readFileSync(second.base))).toBe(true);
  });

  it('hands the server state on', async () => {
    const server = file('server', [9, 9, 9, 9, 9]);
    const result = await compute().aggregate(aggregateJob('with-server', { server }));
    expect(valuesOf(result.server ?? '')).toEqual([9, 9, 9, 9, 9]);
  });

  it('refuses with the code of the refusal, and leaves no half file', async () => {
    const worker = compute();
    const contributions = aggregateJob('x').contributions.slice(0, 2);
    const job = aggregateJob('refused', { contributions, rule: { rule: 'trimmed-mean', trim: 1 } });
    await expect(worker.aggregate(job)).rejects.toMatchObject({
      code: 'rule_breakdown',
      facts: { n: 2, f: 1 },
    });
    const odd = file('odd', [1, 2], [{ name: 'w', shape: [2] }]);
    const mixed = [...contributions, { member: 'z', update: odd, weight: 1, influence: 1 }];
    await expect(worker.aggregate(aggregateJob('refused', { contributions: mixed }))).rejects.toMatchObject({
      code: 'update_shape',
    });
    expect(existsSync(join(folder, 'refused.combined'))).toBe(false);
  });
});

describe('the measures of a cohort in the worker', () => {
  it('cover the updates and the combined vector of the round before', async () => {
    const measured = await compute().measure({
      federation,
      step: 'plain',
      base,
      updates: [
        { member: 'a', update: file('m-a', [1, 0, 0, -1, 0]) },
        { member: 'b', update: memory([3, 0, 0, 0, 0]) },
      ],
      previous: file('m-previous', [2, 0, 0, 0, 0]),
      canaryFile: undefined,
      members: [],
    });
    expect(measured).toMatchObject({
      members: ['a', 'b'],
      references: ['previous'],
      gram: [
        [2, 3, 2],
        [3, 9, 6],
        [2, 6, 4],
      ],
      layers: [
        { name: 'w', squares: [1.25, 1.25] },
        { name: 'b', squares: [0, 0] },
      ],
      signs: [
        { positive: 1 / 5, zero: 3 / 5, negative: 1 / 5 },
        { positive: 1 / 5, zero: 4 / 5, negative: 0 },
      ],
    });
  });

  it('refuse an update of another layout', async () => {
    const odd = { member: 'odd', update: file('m-odd', [1, 2], [{ name: 'w', shape: [2] }]) };
    const job = {
      federation,
      step: 'plain',
      base,
      updates: [odd],
      previous: undefined,
      canaryFile: undefined,
      members: [],
    };
    await expect(compute().measure(job)).rejects.toMatchObject({ code: 'update_shape' });
  });
});

describe('inspection in the worker', () => {
  const inspect = (update: { path: string } | { bytes: Uint8Array }, samples = 10) =>
    compute().inspect({ federation, step: 'plain', base, update, samples });

  it('measures an update that is in order', async () => {
    expect(await inspect(file('fine', [3, 0, 0, 4, 0]))).toEqual({ norm: 5, elements: 5 });
    expect(await inspect(memory([3, 0, 0, 4, 0]))).toEqual({ norm: 5, elements: 5 });
  });

  it('names the first value that is not finite', async () => {
    const nan = await inspect(memory([0, 0, 0, 0, Number.NaN]));
    expect(nan.finding).toMatchObject({
      code: 'update_not_finite',
      message: expect.stringMatching(/element 0 of tensor b is NaN/),
    });
    const infinite = await inspect(memory([0, 0, 0, Number.NEGATIVE_INFINITY, 0]));
    expect(infinite.finding?.message).toMatch(/element 3 of tensor w is -Infinity/);
  });

  it('finds wrong tensors, wrong bytes and too many of them', async () => {
    const shape = await inspect(file('shape', [1, 2], [{ name: 'w', shape: [2] }]));
    expect(shape.finding?.code).toBe('update_shape');
    expect(await inspect({ bytes: new Uint8Array(3) })).toMatchObject({
      norm: 0,
      elements: 0,
      finding: { code: 'update_malformed' },
    });
    const huge = await inspect({ bytes: new Uint8Array(2 ** 20 + 100) });
    expect(huge.finding?.code).toBe('update_size');
  });

  it('asks the family about the structure', async () => {
    const seen = await inspect(memory([1, 1, 1, 1, 1]), 13);
    expect(seen).toMatchObject({ norm: Math.sqrt(5), finding: { code: 'sums_inconsistent' } });
  });
});

describe('the steps of a family in the worker', () => {
  it('starts, lays out and assembles', async () => {
    const worker = compute();
    expect(valuesOf(await worker.start({ federation, out: join(folder, 'start') }))).toEqual([7]);
    expect(await worker.layout({ federation, step: 'plain', base })).toEqual(layout);
    const model = await worker.assemble({ federation, base, out: join(folder, 'model') });
    expect(readFileSync(model).equals(readFileSync(base.path))).toBe(true);
    expect(await worker.backend()).toBe('none');
  });
});

describe('canaries in the worker', () => {
  const canaryFile = join(folder, 'canary.csv');
  const rows = [
    'x,kind,label,category',
    '1,a,normal,',
    '2,a,normal,',
    '3,b,scan,probe',
    '0,a,flood,dos',
    '4,a,flood,dos',
  ];
  writeFileSync(canaryFile, rows.join('\n'));
  const evaluate = (file: string) => compute().evaluate({ federation, model: base, canaryFile: file });

  it('give AUROC and average precision, and AUROC by label', async () => {
    expect(await evaluate(canaryFile)).toEqual({
      auroc: 4 / 6,
      ap: expect.closeTo((1 + 1 + 3 / 5) / 3, 12),
      normals: 2,
      anomalies: 3,
      families: { flood: 0.5, scan: 1 },
    });
  });

  it('are read anew when the file changed', async () => {
    const worker = compute();
    const path = join(folder, 'changing.csv');
    writeFileSync(path, 'x,kind,label\n1,a,normal\n2,a,scan\n');
    expect(await worker.evaluate({ federation, model: base, canaryFile: path })).toMatchObject({ auroc: 1 });
    writeFileSync(path, 'x,kind,label\n1,a,normal\n2,a,scan\n0,a,scan\n');
    expect(await worker.evaluate({ federation, model: base, canaryFile: path })).toMatchObject({
      auroc: 0.5,
    });
  });

  it.each([
    ['data_columns', 'x,label\n1,normal\n', /columns missing: kind/],
    ['data_cell', 'x,kind,label\n1,a,normal\nten,a,scan\n', /:3: .*x/],
    ['data_cell', 'x,kind,label\n1,a,\n', /:2: the label is empty/],
    ['data_format', 'x,kind,label\n1,a\n', /canary/],
    ['data_empty', 'x,kind,label\n1,a,normal\n', /1 normal rows and 0 anomalies/],
    ['data_empty', '', /0 normal rows/],
  ])('are refused with %s', async (code, text, message) => {
    const path = join(folder, 'bad-canary.csv');
    writeFileSync(path, text);
    await expect(evaluate(path)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('are refused when there is no file', async () => {
    await expect(evaluate(join(folder, 'nowhere.csv'))).rejects.toMatchObject({ code: 'data_missing' });
  });
});

describe('the worker', () => {
  const layoutJob = { federation, step: 'plain', base };

  it('that dies costs the job it had, and the next one gets a new worker', async () => {
    const worker = compute();
    const [dead, next] = await Promise.allSettled([
      worker.layout({ ...layoutJob, step: 'dies' }),
      worker.layout(layoutJob),
    ]);
    expect(dead).toMatchObject({
      status: 'rejected',
      reason: { code: 'compute_failed', facts: { exitCode: 3 } },
    });
    expect(next).toMatchObject({ status: 'fulfilled', value: layout });
  });

  it('that throws outside a job is replaced, and the cause is named', async () => {
    const worker = compute();
    const canaryFile = join(folder, 'one-of-each.csv');
    writeFileSync(canaryFile, 'x,kind,label\n1,a,normal\n2,a,scan\n');
    const failed = worker.evaluate({ federation, model: memory([UNLUCKY, 0, 0, 0, 0]), canaryFile });
    await expect(failed).rejects.toMatchObject({
      code: 'compute_failed',
      message: expect.stringContaining('out of band'),
    });
    expect(await worker.layout(layoutJob)).toEqual(layout);
  });

  it('passes faults on with their message', async () => {
    await expect(compute().layout({ ...layoutJob, step: 'unheard-of' })).rejects.toThrow(
      'has no step unheard-of',
    );
  });

  it('leaves the event loop free', async () => {
    const worker = compute();
    await worker.layout(layoutJob);
    let turns = 0;
    const ticking = setInterval(() => turns++, 5);
    await worker.layout({ ...layoutJob, step: 'busy' });
    clearInterval(ticking);
    expect(turns).toBeGreaterThan(5);
  });

  it('refuses everything once closed', async () => {
    const worker = compute();
    const pending = worker.layout({ ...layoutJob, step: 'busy' });
    const waiting = worker.layout(layoutJob);
    const refused = Promise.allSettled([pending, waiting]);
    await worker.close();
    expect((await refused).map((one) => one.status === 'rejected' && one.reason.code)).toEqual([
      'unavailable',
      'unavailable',
    ]);
    await expect(worker.backend()).rejects.toMatchObject({ code: 'unavailable' });
  });
});
