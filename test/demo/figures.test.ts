import { describe, expect, it } from 'vitest';
import { spread } from '../../examples/demo/in-process.ts';
import { joined, meanOf, measure } from '../../examples/demo/measures.ts';
import { strongestOfKinds } from '../../examples/demo/report/alerts.ts';
import { percent, share } from '../../examples/demo/report/figures.ts';

describe('the sample of a long run', () => {
  it('is even, with the first and the last round in it', () => {
    const rounds = Array.from({ length: 500 }, (_, at) => at + 1);
    const sampled = spread(rounds, 8);
    expect(sampled).toHaveLength(8);
    expect([sampled[0], sampled.at(-1)]).toEqual([1, 500]);
    expect(new Set(sampled).size).toBe(8);
    expect(spread([1, 2, 3], 8)).toEqual([1, 2, 3]);
    expect(spread([], 8)).toEqual([]);
  });
});

describe('measures', () => {
  const labels = Uint8Array.from([0, 0, 1, 1]);

  it('hold at the threshold for rates, and over all thresholds for the areas', () => {
    const scores = Float32Array.from([1, 4, 3, 5]);
    expect(measure({ scores, labels }, 3.5)).toMatchObject({
      rows: 4,
      attacks: 2,
      auroc: 0.75,
      tpr: 0.5,
      fpr: 0.5,
      f1: 0.5,
    });
  });

  it('of several are those of all their rows at once', () => {
    const parts = [
      { scores: Float32Array.from([1, 3]), labels: Uint8Array.from([0, 1]) },
      { scores: Float32Array.from([2, 4]), labels: Uint8Array.from([0, 1]) },
    ];
    expect([...joined(parts).scores]).toEqual([1, 3, 2, 4]);
    expect(measure(joined(parts), 0).auroc).toBe(1);
  });

  it('that do not exist are left out of a mean and shown as such', () => {
    const onlyNormal = measure({ scores: Float32Array.from([1]), labels: Uint8Array.from([0]) }, 0);
    expect(meanOf([onlyNormal.auroc, 0.5, 1])).toBe(0.75);
    expect(share(onlyNormal.auroc)).toBe('–');
    expect(percent(0.01)).toBe('1 %');
  });
});

describe('the alerts that are shown', () => {
  it('are of different kinds and of as many owners as there are, true ones only', () => {
    const alert = (owner: string, label: string, score: number, attack = true) => ({
      owner,
      label,
      score,
      attack,
      line: 2,
      why: [],
    });
    const alerts = [
      alert('a', 'scan', 9),
      alert('a', 'flood', 8),
      alert('b', 'flood', 7),
      alert('b', 'scan', 6),
      alert('c', 'normal', 10, false),
    ];
    expect(strongestOfKinds(alerts, 4).map(({ owner, label }) => `${owner} ${label}`)).toEqual([
      'a scan',
      'b flood',
    ]);
  });
});
