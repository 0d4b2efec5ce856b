/** What the coordinator computes from the canary set for rounds of gradients: slopes, and the root update. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Canaries, type CanarySet } from '../../coordinator/adapters/compute/canaries.ts';
import {
  givenBy,
  labelsLeftOut,
  leadingLabels,
  pickRows,
  positionsOf,
  strangersIn,
} from '../../coordinator/adapters/compute/canary-rows.ts';
import { measureCohort } from '../../coordinator/adapters/compute/measure.ts';
import { rootUpdate } from '../../coordinator/adapters/compute/root.ts';
import { flatOf, slopesOf } from '../../coordinator/adapters/compute/slopes.ts';
import { familyOf } from '../../shared/learning/families.ts';
import type { ModelFamily, RoundStep, RowBatch } from '../../shared/learning/family.ts';
import { encode } from '../../shared/tensors/safetensors.ts';
import { elementsIn, type TensorSet } from '../../shared/tensors/tensor.ts';
import { memoryRows, takeRows } from '../support/federated-run.ts';
import { refusalOfAsync } from '../support/refusal-of.ts';
import { storageFolder } from '../support/storage-folder.ts';
import { normalRows, smallFederation, strangeRow } from '../support/synthetic-rows.ts';

const federation = smallFederation({ family: 'autoencoder', hidden: [6], activation: 'tanh', rounds: 1 });
const family = familyOf(federation);
const normals = normalRows(40, 3);
const strange = strangeRow();

function canarySet(batches: readonly RowBatch[], labels: readonly string[]): CanarySet {
  return { batches, labels };
}

const canaries = canarySet(
  [takeRows(normals, [0, 1, 2]), takeRows(normals, [3, 4]), ...new Array<RowBatch>(16).fill(strange)],
  [...new Array<string>(5).fill('normal'), ...new Array<string>(16).fill('odd')],
);

/** The base of the first gradient round, after one member's statistics. */
async function gradientBase(of: ModelFamily): Promise<{ step: RoundStep; base: TensorSet }> {
  let base = of.start();
  for (const step of of.steps) {
    if (step.kind === 'gradients') return { step, base };
    const context = { base, seed: 1, progress: () => undefined };
    const { update, samples } = await step.train(memoryRows(normalRows(300, 1)), context);
    base = step.apply({ base, combined: update, samples, server: undefined }).base;
  }
  throw new Error('the autoencoder has gradient rounds');
}

/** Σ wᵣ · score(r) of the model that the base would be assembled to. */
async function scoreAt(base: TensorSet, rows: RowBatch, weights: readonly number[]): Promise<number> {
  const scorer = family.scorer(family.assemble(base));
  const scores = await scorer.score(rows);
  scorer.dispose();
  return scores.reduce((sum, score, row) => sum + score * (weights[row] ?? 0), 0);
}

function nudged(base: TensorSet, name: string, at: number, by: number): TensorSet {
  const tensors = new Map(base.tensors);
  const values = Float32Array.from(tensors.get(name) ?? []);
  values[at] = (values[at] ?? 0) + by;
  return { layout: base.layout, tensors: tensors.set(name, values) };
}

describe('the slope of a gradient step', () => {
  it.each([
    ['the mean score of the rows', undefined],
    ['a weighted sum of their scores', [2, 0, -1]],
  ])('is the gradient of %s at the base, in the layout of an update', async (_, weights) => {
    const { step, base } = await gradientBase(family);
    const rows = takeRows(normals, [0, 1, 2]);
    const slope = await step.slope?.(base, rows, weights && Float32Array.from(weights));
    expect(slope?.layout).toEqual(step.layout(base));
    const third = 1 / 3;
    for (const { name } of step.layout(base)) {
      const values = slope?.tensors.get(name) ?? [];
      for (const at of [0, values.length >> 1, values.length - 1]) {
        const [up = 0, down = 0] = await Promise.all(
          [0.02, -0.02].map((by) =>
            scoreAt(nudged(base, name, at, by), rows, weights ?? [third, third, third]),
          ),
        );
        expect(Math.abs((values[at] ?? 0) - (up - down) / 0.04)).toBeLessThan(1e-3);
      }
    }
    expect(Math.max(...flatOf(slope ?? base).map(Math.abs))).toBeGreaterThan(0.01);
  });

  it('is taken for the normal canaries and for each label; a step of statistics has none', async () => {
    const { step, base } = await gradientBase(family);
    const { slopes } = await slopesOf(family, step, base, canaries);
    expect(slopes.map(({ name }) => name)).toEqual(['slope/normal', 'ranks/odd']);
    for (const { values } of slopes) expect(values).toHaveLength(elementsIn(step.layout(base)));
    const [spans] = family.steps;
    expect(spans && (await slopesOf(family, spans, family.start(), canaries)).slopes).toEqual([]);
  });
});

describe('the root update', () => {
  it('is what a member would send whose rows are the canary normals', async () => {
    const { step, base } = await gradientBase(family);
    const context = { base, seed: 9, progress: () => undefined };
    const { update } = await step.train(memoryRows(takeRows(normals, [0, 1, 2, 3, 4])), context);
    const root = await rootUpdate(step, base, canaries, 9);
    expect(root.layout).toEqual(step.layout(base));
    expect(flatOf(root)).toEqual(flatOf(update));
    expect(flatOf(await rootUpdate(step, base, canaries, 10))).not.toEqual(flatOf(root));
  });
});

describe('canary rows', () => {
  it('are picked by position across batches', () => {
    const picked = pickRows(canaries, [4, 0, 5]);
    expect(picked.rows).toBe(3);
    expect(picked.data).toEqual(Float32Array.from([...takeRows(normals, [4, 0]).data, ...strange.data]));
  });

  it('of a label come as evenly from all contributors as they hold them, spread over the file', () => {
    const labels = Array.from({ length: 12 }, () => 'scan');
    expect(positionsOf({ batches: [], labels }, 'scan', 4)).toEqual([0, 3, 6, 9]);
    const contributors = labels.map((_, row) => (row < 10 ? 'ada' : 'bob'));
    expect(positionsOf({ batches: [], labels, contributors }, 'scan', 6)).toEqual([0, 2, 5, 7, 10, 11]);
    expect(positionsOf({ batches: [], labels, contributors }, 'scan', 99)).toHaveLength(12);
    expect(positionsOf({ batches: [], labels }, 'absent', 4)).toEqual([]);
  });

  it('lead by normal, then by how many there are, then by name, sixteen anomalies at most', () => {
    const rowsOf = (counts: Readonly<Record<string, number>>) =>
      Object.entries(counts).flatMap(([label, count]) => new Array<string>(count).fill(label));
    const labels = rowsOf({ b: 16, a: 16, c: 17, few: 15, normal: 1 });
    expect(leadingLabels({ batches: [], labels })).toEqual(['normal', 'c', 'a', 'b']);
    const many = Array.from({ length: 40 }, (_, i) => `kind-${i + 10}`);
    const each = rowsOf(Object.fromEntries(many.map((label) => [label, 16])));
    expect(leadingLabels({ batches: [], labels: each })).toEqual(['normal', ...many.slice(0, 16)]);
  });
});

describe('canary contributors whom nobody knows', () => {
  const MADE_UP = Array.from({ length: 64 }, (_, i) => `a-site-${i}`);
  const each = (names: readonly string[], rows: number) =>
    names.flatMap((name) => new Array<string>(rows).fill(name));

  it('share one place where rows are drawn, however many names they have', () => {
    const contributors = [...each(MADE_UP, 1), ...each(['ada', 'bob'], 50)];
    const labels = contributors.map(() => 'scan');
    const drawn = (set: CanarySet) =>
      positionsOf(set, 'scan', 64).filter((row) => row >= MADE_UP.length).length;
    const set = { batches: [], labels, contributors };
    expect(drawn(set)).toBe(0);
    expect(drawn(givenBy(set, ['ada', 'bob']))).toBe(42);
  });

  it('change nothing about the rows of a file that only members wrote', () => {
    const contributors = [...each(['bob', ''], 5), ...each(['ada'], 50), ...each(['bob'], 7)];
    const set = { batches: [], labels: contributors.map(() => 'scan'), contributors };
    expect(positionsOf(givenBy(set, ['ada', 'bob']), 'scan', 20)).toEqual(positionsOf(set, 'scan', 20));
    expect(givenBy(canaries, ['ada'])).toBe(canaries);
  });

  it('leave every member its own normal canaries', async () => {
    const { step, base } = await gradientBase(family);
    const contributors = each([...MADE_UP, 'ada'], 16);
    const batch = takeRows(
      normals,
      contributors.map((_, row) => row % 40),
    );
    const set = { batches: [batch], labels: contributors.map(() => 'normal'), contributors };
    const update = await step.train(memoryRows(normals), { base, seed: 1, progress: () => undefined });
    const job = {
      federation,
      step: step.kind,
      base: { bytes: encode(base) },
      updates: [{ member: 'ada', update: { bytes: encode(update.update) } }],
      previous: undefined,
      canaryFile: 'canary.csv',
      members: ['ada', 'bob'],
    };
    const { references, ownScores } = await measureCohort(job, family, step, set);
    expect(references).toEqual(['slope/normal', 'normals/ada']);
    expect(ownScores?.[0]).toBeGreaterThan(0);
  });

  it('are counted, with the first of their rows, for whoever keeps the file', () => {
    const contributors = ['', 'ada', 'Ada', 'ada', 'zoe', 'Ada'];
    const set = { batches: [], labels: contributors.map(() => 'normal'), contributors };
    expect(strangersIn(set, ['ada', 'bob'])).toEqual({ names: 2, rows: 3, firstRow: 3 });
    expect(strangersIn(canaries, []).rows).toBe(0);
  });

  it('as are the labels that nobody looks at by themselves', () => {
    const labels = [...each(['normal', 'scan'], 16), ...each(['few', 'fewer'], 3)];
    expect(labelsLeftOut({ batches: [], labels })).toEqual({ names: 2, rows: 6, firstRow: 33 });
    expect(labelsLeftOut(canaries).rows).toBe(0);
  });
});

describe('a canary file', () => {
  const folder = storageFolder();
  afterAll(() => folder.remove());
  const rows = [
    ['100', '0', 'tcp', '-2', 'false', 'normal', ''],
    ['9', '1', 'udp', '0', 'true', 'scan', 'ada'],
  ];
  const read = (header: readonly string[], cells: readonly (readonly string[])[]) => {
    const file = join(folder.path, 'canary.csv');
    writeFileSync(file, `${[header, ...cells].map((line) => line.join(',')).join('\n')}\n`);
    return new Canaries().read(federation, file);
  };
  const features = federation.features.map(({ name }) => name);

  it('may say which member each row came from', async () => {
    const { labels, contributors } = await read([...features, 'label', 'contributor'], rows);
    expect(labels).toEqual(['normal', 'scan']);
    expect(contributors).toEqual(['', 'ada']);
  });

  it('is read without the blanks around a label or a name', async () => {
    const [normal = [], scan = []] = rows;
    const { labels, contributors } = await read(
      [...features, 'label', 'contributor'],
      [
        [...normal.slice(0, -2), 'normal ', ' '],
        [...scan.slice(0, -2), ' scan', '\tada '],
      ],
    );
    expect(labels).toEqual(['normal', 'scan']);
    expect(contributors).toEqual(['', 'ada']);
  });

  it('is refused with the line of a label that is normal but for its case', async () => {
    const [, scan = []] = rows;
    const shouted = [...scan.slice(0, -2), ' Normal', 'ada'];
    const refusal = await refusalOfAsync(() =>
      read([...features, 'label', 'contributor'], [...rows, shouted]),
    );
    expect(refusal.code).toBe('data_cell');
    expect(refusal.message).toMatch(/canary\.csv:4: the label is Normal; a normal row has normal$/);
  });

  it('is refused by name when it is no text at all', async () => {
    const file = join(folder.path, 'picture.csv');
    writeFileSync(file, Buffer.from('\x89PNG"\r\n\x1a\n"abc', 'latin1'));
    const refusal = await refusalOfAsync(() => new Canaries().read(federation, file));
    expect(refusal).toMatchObject({ code: 'data_format', facts: { file } });
  });

  it('need not', async () => {
    const set = await read(
      [...features, 'label'],
      rows.map((row) => row.slice(0, -1)),
    );
    expect(set.labels).toEqual(['normal', 'scan']);
    expect(set).not.toHaveProperty('contributors');
  });
});
