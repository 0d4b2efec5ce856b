import { describe, expect, it } from 'vitest';
import { SitePolicySchema } from '../../client/data/site-policy.ts';
import { findDrill } from '../../client/drills/tamper.ts';
import { protect } from '../../client/flow/protect.ts';
import { train } from '../../client/flow/train.ts';
import type { LocalResult } from '../../shared/learning/family.ts';
import { Refusal } from '../../shared/refusal.ts';
import { decode, tensorsOfFlat } from '../../shared/tensors/safetensors.ts';
import { plainStep } from '../support/plain-family.ts';
import { refusalOf, refusalOfAsync } from '../support/refusal-of.ts';
import { ScriptedCoordinator } from '../support/scripted-coordinator.ts';
import { oneMore, rowsOf } from '../support/small-node.ts';

const LAYOUT = [{ name: 'w', shape: [2] }];
const BASE = tensorsOfFlat(LAYOUT, Float32Array.of(1, 2));
const plan = new ScriptedCoordinator().plan(BASE, { maxSamples: 100, maxBytes: 500 });
const policy = SitePolicySchema.parse({});
const result = (overrides: Partial<LocalResult> = {}): LocalResult => ({
  update: BASE,
  samples: 50,
  metrics: { loss: 1 },
  ...overrides,
});

describe('an update before it leaves the site', () => {
  it('is the bytes that were trained', () => {
    const { bytes, samples } = protect(result(), plan, policy, undefined);
    expect([...(decode(bytes).tensors.get('w') ?? [])]).toEqual([1, 2]);
    expect(samples).toBe(50);
  });

  it('claims no more samples than the plan allows', () => {
    expect(protect(result({ samples: 5000 }), plan, policy, undefined).samples).toBe(100);
  });

  it.each([
    ['policy_refused', result(), { train: false }],
    ['update_not_finite', result({ update: tensorsOfFlat(LAYOUT, Float32Array.of(1, Number.NaN)) }), {}],
    ['update_shape', result({ update: tensorsOfFlat([{ name: 'w', shape: [1] }], Float32Array.of(1)) }), {}],
  ])('is refused here with %s', (code, trained, rules) => {
    expect(refusalOf(() => protect(trained, plan, SitePolicySchema.parse(rules), undefined)).code).toBe(code);
  });

  it('is refused here when it is larger than the plan allows', () => {
    expect(refusalOf(() => protect(result(), { ...plan, maxBytes: 10 }, policy, undefined)).code).toBe(
      'update_size',
    );
  });

  it('carries no metric that is not finite', () => {
    const { metrics } = protect(result({ metrics: { loss: Number.NaN, rows: 3 } }), plan, policy, undefined);
    expect(metrics).toEqual({ rows: 3 });
  });
});

describe('training', () => {
  const job = { step: { ...plainStep, train: oneMore }, rows: rowsOf(10), base: BASE, seed: 1 };

  it('tells how far it has come', async () => {
    const seen: number[] = [];
    await train({ ...job, onProgress: (done) => seen.push(done) }, new AbortController().signal);
    expect(seen).toEqual([3, 6, 9, 10]);
  });

  it('ends with the reason it was stopped for', async () => {
    const stop = new AbortController();
    const training = train(
      { ...job, onProgress: () => stop.abort(new Refusal('update_late', 'closed')) },
      stop.signal,
    );
    expect((await refusalOfAsync(() => training)).code).toBe('update_late');
  });
});

describe('a drill', () => {
  it('is refused unless the environment allows it', () => {
    expect(refusalOf(() => findDrill('sign-flip-10', undefined)).code).toBe('policy_refused');
    expect(refusalOf(() => findDrill('toString', '1')).code).toBe('usage');
  });

  it('turns an update round and makes it ten times as large', () => {
    const { tensors } = findDrill('sign-flip-10', '1')(BASE);
    expect([...(tensors.get('w') ?? [])]).toEqual([-10, -20]);
  });
});
