import { setImmediate } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadAlgebra } from '../../shared/learning/backend.ts';
import { familyOf } from '../../shared/learning/families.ts';
import type { Attribution } from '../../shared/learning/family.ts';
import { updateLength } from '../../shared/learning/gradients-round.ts';
import { auroc } from '../../shared/learning/metrics.ts';
import { elementsIn } from '../../shared/tensors/tensor.ts';
import { joinRows, memoryRows, normOf, type RunResult, runFederation } from '../support/federated-run.ts';
import { normalRows, smallFederation, strangeRow } from '../support/synthetic-rows.ts';

const MODELS = [
  { family: 'christoffel', features: 64 },
  { family: 'christoffel', features: 64, encoding: 'log' },
  { family: 'christoffel', map: 'linear' },
  { family: 'christoffel', map: 'linear', encoding: 'log' },
  { family: 'autoencoder', hidden: [8, 3, 8], rounds: 40, batch: 32 },
  {
    family: 'autoencoder',
    hidden: [8, 3, 8],
    rounds: 12,
    batch: 32,
    encoding: 'log',
    activation: 'tanh',
    proximal: 0.01,
    trimLoss: 0.05,
    server: { optimizer: 'plain' },
  },
];
const NAMED = MODELS.map((model) => [JSON.stringify(model), model] as const);
const members = [normalRows(400, 1), normalRows(300, 2, 1), normalRows(200, 3, -1)];

function sharesOf(attributions: readonly Attribution[]): number[] {
  return attributions.map(({ share }) => share);
}

describe.each(NAMED)('the family %s', (_, model) => {
  const federation = smallFederation(model);
  let run: RunResult;
  beforeAll(async () => {
    run = await runFederation(federation, members);
  });

  it('learns from members what a stranger is, and refuses none of them', async () => {
    const { model: tensors, refused } = run;
    expect(refused).toEqual([]);
    const scorer = familyOf(federation).scorer(tensors);
    const normal = normalRows(200, 8);
    const scores = await scorer.score(joinRows([normal, strangeRow()]));
    const labels = Uint8Array.from(scores, (_score, i) => (i === normal.rows ? 1 : 0));
    expect(auroc(labels, scores)).toBeGreaterThan(0.97);
    scorer.dispose();
  });

  it('gives the same bytes for the same inputs', async () => {
    const [first, second] = [run, await runFederation(federation, members)];
    expect(first.model.layout).toEqual(second.model.layout);
    for (const [name, values] of first.model.tensors) {
      expect(
        Buffer.from(values.buffer).equals(
          Buffer.from(second.model.tensors.get(name)?.buffer ?? new ArrayBuffer()),
        ),
      ).toBe(true);
    }
  });

  it('explains a score by features, strongest first, with parts of at most 1 together', async () => {
    const { model: tensors } = run;
    const scorer = familyOf(federation).scorer(tensors);
    const [strange = []] = await scorer.explain(strangeRow(), 3);
    expect(strange.length).toBeGreaterThan(0);
    expect(strange.length).toBeLessThanOrEqual(3);
    const shares = sharesOf(strange);
    expect([...shares].sort((a, b) => b - a)).toEqual(shares);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(1 + 1e-9);
    const named = new Map((await scorer.explain(strangeRow(), 5))[0]?.map((one) => [one.feature, one]));
    expect(named.get('protocol') ?? named.get('balance')).toBeDefined();
    expect(named.get('protocol')?.value ?? 'other').toBe('other');
    expect(['tcp', 'udp', undefined]).toContain(named.get('protocol')?.expected);
    scorer.dispose();
  });

  it('leaves no tensor behind, neither by rounds nor by a scorer that was disposed of', async () => {
    const tf = await loadAlgebra();
    const before = tf.memory().numTensors;
    const { model: tensors } = await runFederation(federation, members);
    expect(tf.memory().numTensors).toBe(before);
    const scorer = familyOf(federation).scorer(tensors);
    await scorer.score(normalRows(10, 1));
    await scorer.explain(normalRows(2, 1), 3);
    scorer.dispose();
    await setImmediate();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('says which tensor a damaged model lacks', async () => {
    const { model: tensors } = run;
    const layout = tensors.layout.slice(0, -1);
    expect(() =>
      familyOf(federation).scorer({ layout, tensors: new Map([...tensors.tensors].slice(0, -1)) }),
    ).toThrow(/is missing/);
  });
});

describe('a gradient round', () => {
  const federation = smallFederation({ family: 'autoencoder', hidden: [8, 3, 8], rounds: 3 });

  it('has updates of one length, whatever the rows, and honest ones stay inside the norm gate', async () => {
    if (federation.model.family !== 'autoencoder') throw new Error('made as an autoencoder');
    const expected = updateLength(federation.model);
    const seen: number[] = [];
    const wild = normalRows(20, 5, 12);
    await runFederation(federation, [...members, wild], {
      onNorms: (step, norms) => {
        if (step === 'gradients') seen.push(...norms);
      },
    });
    expect(seen).toHaveLength(12);
    for (const norm of seen) expect(norm / expected).toBeCloseTo(1, 5);
  });

  it('depends on the seed for its rows and on nothing else', async () => {
    const step = familyOf(federation).steps.at(-1);
    if (step === undefined) throw new Error('a family has steps');
    const { base } = await runFederation(federation, members);
    const train = (seed: number) =>
      step.train(memoryRows(normalRows(300, 1)), { base, seed, progress: () => undefined });
    const [a, b, c] = [await train(1), await train(1), await train(2)];
    expect(a.update).toEqual(b.update);
    expect(a.update).not.toEqual(c.update);
    expect(normOf(a.update)).toBeGreaterThan(0);
    expect(Number.isFinite(a.metrics.loss)).toBe(true);
  });
});

describe('a federation with one kind of feature', () => {
  it.each([
    [[{ name: 'a', type: 'category', values: ['x', 'y'] }]],
    [[{ name: 'a', type: 'boolean' }]],
    [[{ name: 'a', type: 'numeric' }]],
  ])('runs with %j', async (features) => {
    const federation = {
      ...smallFederation({ family: 'christoffel', features: 16 }),
      features: features as ReturnType<typeof smallFederation>['features'],
    };
    const rows = { rows: 40, width: 1, data: Float32Array.from({ length: 40 }, (_, i) => i % 2) };
    const { model, refused } = await runFederation(federation, [rows, rows]);
    expect(refused).toEqual([]);
    expect(model.layout.every((spec) => elementsIn([spec]) > 0)).toBe(true);
    const scorer = familyOf(federation).scorer(model);
    expect((await scorer.score(rows)).every(Number.isFinite)).toBe(true);
    scorer.dispose();
  });
});
