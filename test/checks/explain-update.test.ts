import { describe, expect, it } from 'vitest';
import { evidenceText } from '../../coordinator/cli/evidence-text.ts';
import type { RoundEvidence } from '../../coordinator/core/checks/evidence.ts';
import { canaryEffects } from '../../coordinator/core/checks/explain/canary-effects.ts';
import { counterfactualOf } from '../../coordinator/core/checks/explain/counterfactual.ts';
import {
  explainUncompared,
  explainUpdate,
  type KnownDetector,
  type UpdateFacts,
} from '../../coordinator/core/checks/explain/explain-update.ts';
import { ownExplanation } from '../../coordinator/core/checks/explain/own-explanation.ts';
import { ownVerdict } from '../../coordinator/core/checks/explain/own-verdict.ts';
import type { CohortMeasures } from '../../coordinator/core/checks/measures.ts';
import { restrictMeasures } from '../../coordinator/core/checks/restrict-measures.ts';
import { policyForSize } from '../../coordinator/core/checks/size-policy.ts';
import { validateFederation } from '../../shared/federation/load.ts';
import type { Finding } from '../../shared/verdict.ts';
import { definition } from '../support/small-consortium.ts';

const DETECTORS: readonly KnownDetector[] = [
  { name: 'norm', kind: 'length', decisive: true, looksFor: 'a length' },
  { name: 'distance', kind: 'distance', decisive: false, looksFor: 'a place' },
  { name: 'spectral', kind: 'distance', decisive: false, looksFor: 'a line' },
  { name: 'direction', kind: 'direction', decisive: false, looksFor: 'a direction' },
];

/** Measures of vectors written out, the references after the members. */
function measuresOf(
  members: Readonly<Record<string, readonly number[]>>,
  references: Readonly<Record<string, readonly number[]>> = {},
): CohortMeasures {
  const rows = [...Object.values(members), ...Object.values(references)];
  const dot = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
  const updates = Object.values(members);
  const mean = (at: number) => updates.reduce((sum, row) => sum + (row[at] ?? 0), 0) / updates.length;
  return {
    members: Object.keys(members),
    references: Object.keys(references),
    gram: rows.map((a) => rows.map((b) => dot(a, b))),
    layers: (updates[0] ?? []).map((_, at) => ({
      name: `layer${at}`,
      squares: updates.map((row) => ((row[at] ?? 0) - mean(at)) ** 2),
    })),
    signs: updates.map(() => ({ positive: 1, zero: 0, negative: 0 })),
    sketches: updates.map((row) => [...row]),
  };
}

function failed(check: string, value: number, bound: Finding['bound']): Finding {
  return {
    check,
    value,
    ...(bound === undefined ? {} : { bound }),
    passed: false,
    message: `${check} of bob is off`,
  };
}

function evidenceOf(measures: CohortMeasures, findings: readonly Finding[]): RoundEvidence {
  return {
    type: 'vedette-evidence-v1',
    software: 'vedette/test',
    run: 'run-1',
    round: 4,
    attempt: 1,
    step: 'gradients',
    base: 'b'.repeat(64),
    size: policyForSize(7),
    checks: validateFederation(definition()).checks,
    measures,
    audit: null,
    judged: measures.members.map((member, at) => ({
      member,
      update: `${at}`.repeat(64),
      verdict: {
        decision: 'reject',
        message: 'norm of bob is off',
        findings: findings.map((finding) => ({ ...finding, value: finding.value + at })),
      },
    })),
  };
}

const FACTS: UpdateFacts = {
  member: 'ada',
  update: '0'.repeat(64),
  bytes: 8,
  samples: 10,
  norm: 5,
  verdict: { decision: 'reject', code: 'norm_outlier', message: 'norm of bob is off', findings: [] },
  appliedWeight: 0,
  influence: 1,
  metrics: {},
  software: 'vedette/test',
  issuedAt: '2026-01-01T00:00:00.000Z',
  index: 9,
};

function explained(measures: CohortMeasures, findings: readonly Finding[] = []) {
  const evidence = { evidence: evidenceOf(measures, findings), digest: 'e'.repeat(64) };
  const explanation = explainUpdate(evidence, FACTS, [], DETECTORS);
  if (!explanation) throw new Error('nothing was explained');
  return explanation;
}

describe('an explanation', () => {
  const measures = measuresOf({ ada: [3, 4], bob: [3, 0], cyd: [0, 0] });

  it('gives the distance to every other member, and the nearest first', () => {
    const { distances, nearest } = explained(measures);
    expect(distances).toEqual([
      { member: 'bob', distance: 4, cosine: 0.6 },
      { member: 'cyd', distance: 5, cosine: 0 },
    ]);
    expect(nearest.map(({ member }) => member)).toEqual(['bob', 'cyd']);
  });

  it('gives the parts of the distance to the mean, the largest first', () => {
    // The mean is (2, 4/3): ada is off by 1 and 8/3.
    const { layers } = explained(measures);
    expect(layers.map(({ name }) => name)).toEqual(['layer1', 'layer0']);
    expect(layers[0]?.share).toBeCloseTo(64 / 73, 12);
  });

  it('sets a number beside those of the cohort', () => {
    const { findings } = explained(measures, [failed('norm', 10, 3)]);
    expect(findings[0]).toMatchObject({
      value: 10,
      kind: 'length',
      decisive: true,
      cohort: { lowest: 10, median: 11, highest: 12 },
    });
  });

  it('counts checks of one kind as one signal', () => {
    const { agreed } = explained(measures, [
      failed('distance', 9, 3),
      failed('spectral', 9, 3),
      failed('norm', 9, 3),
    ]);
    expect(agreed).toEqual(['distance', 'length']);
  });

  it('is none of a member that the evidence does not hold', () => {
    const evidence = { evidence: evidenceOf(measures, []), digest: 'e'.repeat(64) };
    expect(explainUpdate(evidence, { ...FACTS, member: 'hal' }, [], DETECTORS)).toBeUndefined();
  });

  it('is, for an update that never met its cohort, what the door saw', () => {
    const finding = failed('structure', -0.5, 0);
    const facts = { ...FACTS, member: 'hal', verdict: { ...FACTS.verdict, findings: [finding] } };
    const explanation = explainUncompared({ evidence: evidenceOf(measures, []), digest: 'e' }, facts, []);
    expect(explanation).toMatchObject({ seat: 'none', findings: [finding], distances: [], agreed: [] });
    expect(explanation.counterfactual.enough).toBe('structure had to pass, which decides alone');
  });

  it('holds a member in quarantine against those that count, and no other in quarantine', () => {
    const counted = measuresOf({ bob: [3, 0], cyd: [0, 0] });
    const all = measuresOf({ ada: [3, 4], bob: [3, 0], cyd: [0, 0], eve: [90, 90] });
    const evidence = { ...evidenceOf(counted, []), shadow: { measures: all, audits: [] } };
    const explanation = explainUpdate({ evidence, digest: 'e' }, FACTS, [], DETECTORS);
    expect(explanation).toMatchObject({ seat: 'shadow', cohort: 2 });
    expect(explanation?.distances.map(({ member }) => member)).toEqual(['bob', 'cyd']);
  });

  it('says of a member in quarantine by which policy it was judged: that of the cohort and itself', () => {
    const finding = { ...failed('norm', 10, 3), value: 10 };
    const counted = measuresOf({ bob: [3, 0], cyd: [0, 0] });
    const all = measuresOf({ ada: [3, 4], bob: [3, 0], cyd: [0, 0] });
    const evidence = {
      ...evidenceOf(counted, []),
      size: policyForSize(2),
      shadow: { measures: all, audits: [] },
    };
    const facts = { ...FACTS, verdict: { ...FACTS.verdict, findings: [finding] } };
    const explanation = explainUpdate({ evidence, digest: 'e' }, facts, [], DETECTORS);
    expect(explanation?.size).toEqual(policyForSize(3));
    expect(explanation?.counterfactual.enough).toBe('norm had to pass, which decides alone');
    const assumed = { ...evidence, checks: { ...evidence.checks, outliers: 5 } };
    expect(explainUpdate({ evidence: assumed, digest: 'e' }, facts, [], DETECTORS)?.size.outliers).toBe(5);
  });
});

describe('what an update does to the canaries', () => {
  it('is the gradient along the mean step with it, minus without it', () => {
    const measures = measuresOf(
      { ada: [6], bob: [0], cyd: [3] },
      { previous: [1], 'slope/normal': [2], 'ranks/scan': [-1] },
    );
    expect(canaryEffects(measures, 0)).toEqual([
      { label: 'normal', of: 'score', withIt: 6, withoutIt: 3, effect: 3 },
      { label: 'scan', of: 'auroc-lost', withIt: -3, withoutIt: -1.5, effect: -1.5 },
    ]);
  });

  it('is all of the step for the only member', () => {
    expect(canaryEffects(measuresOf({ ada: [6] }, { 'slope/normal': [2] }), 0)).toMatchObject([
      { withIt: 12, withoutIt: 0, effect: 12 },
    ]);
  });
});

describe('an explanation in words', () => {
  const measures = measuresOf({ ada: [3, 4], bob: [3, 0], cyd: [0, 0] }, { 'ranks/scan': [1, 0] });

  it('says that its effect on the canaries is of one round, and verdicts may be along a trail', () => {
    const text = evidenceText(explained(measures)).replaceAll(/\s+/g, ' ');
    expect(text).toContain('what the mean step of this round alone does to the canaries');
    expect(text).toContain('their verdicts may differ from this table in size and in sign');
  });

  it('keeps what a member named in its header on the lines that say whose it is', () => {
    const text = evidenceText({
      ...explained(measures),
      metrics: { 'loss\n  verdict   accept: accepted': 1 },
      software: 'v\n  update trusted',
    });
    expect(text.split('\n').filter((line) => /^ {2}verdict/.test(line))).toHaveLength(1);
    expect(text).not.toMatch(/^ *update trusted/m);
  });

  it('calls an update that was kept out so, not in quarantine', () => {
    const keptOut = {
      ...explained(measures),
      verdict: { ...FACTS.verdict, decision: 'quarantine' as const },
    };
    expect(evidenceText(keptOut)).toContain('verdict   kept out norm_outlier: ');
    expect(evidenceText({ ...keptOut, seat: 'shadow' })).toContain(
      'verdict   in shadow: would not pass norm',
    );
  });
});

describe('a counterfactual', () => {
  const kinds = {
    norm: ['length', true],
    distance: ['distance', false],
    direction: ['direction', false],
    drift: ['history', false],
  } as const;
  const judged = (...checks: (keyof typeof kinds)[]) =>
    checks.map((check) => ({ ...failed(check, 10, 3), kind: kinds[check][0], decisive: kinds[check][1] }));

  it('names the nearest value that passes, and how far it is', () => {
    const of = (value: number, bound: Finding['bound']) =>
      counterfactualOf([failed('norm', value, bound)], policyForSize(7)).requirements[0];
    expect(of(10, 3)).toMatchObject({ passesAt: 3, ratio: 0.3 });
    expect(of(10, [1, 4])).toMatchObject({ passesAt: 4, ratio: 0.4 });
    expect(of(0.5, [1, 4])).toMatchObject({ passesAt: 1, ratio: 2 });
    expect(of(-1, [0.2, 1])).toEqual({ check: 'norm', value: -1, passesAt: 0.2 });
    expect(of(1, undefined)).toEqual({ check: 'norm', value: 1 });
  });

  it('gives no ratio that JSON cannot hold', () => {
    const { requirements } = counterfactualOf([failed('loss', 5e-324, [0.01, 4])], policyForSize(7));
    expect(requirements).toEqual([{ check: 'loss', value: 5e-324, passesAt: 0.01 }]);
    expect(JSON.parse(JSON.stringify(requirements))).toEqual(requirements);
  });

  it('says that a decisive check had to pass', () => {
    expect(counterfactualOf(judged('norm'), policyForSize(7)).enough).toBe(
      'norm had to pass, which decides alone',
    );
  });

  it('says how many of the signals that agreed had to pass', () => {
    const { enough } = counterfactualOf(judged('distance', 'direction', 'drift'), policyForSize(7));
    expect(enough).toBe('2 of direction, distance, history had to pass: 2 kinds that agree decide');
  });

  it('says both where both hold', () => {
    const { enough } = counterfactualOf(judged('norm', 'distance', 'direction'), policyForSize(7));
    expect(enough).toBe(
      'norm had to pass, which decides alone; 1 of direction, distance had to pass: 2 kinds that agree decide',
    );
  });

  it('says that nothing had to be otherwise where one signal is too few, or the cohort', () => {
    expect(counterfactualOf(judged('distance'), policyForSize(7)).enough).toContain('too few signals');
    expect(counterfactualOf(judged('norm'), policyForSize(2)).enough).toContain('a cohort of so few');
    expect(counterfactualOf([], policyForSize(7))).toEqual({ requirements: [], enough: '' });
  });
});

describe('what a member sees of its own update', () => {
  const copies: Finding = {
    ...failed('copy', 2, 1),
    message: 'this one and those of bob, bob-2 are all but the same',
  };
  const canary: Finding = {
    ...failed('canary-families', 0.1, 0.4),
    passed: true,
    message: 'what hides scan',
  };
  const measures = measuresOf({ ada: [3, 4], bob: [3, 0], 'bob-2': [0, 0] }, { 'ranks/scan': [1, 1] });
  const own = ownExplanation({
    ...explained(measures, [copies, canary, failed('norm', 10, 3)]),
    verdict: { decision: 'quarantine', message: `in quarantine; ${copies.message}`, findings: [copies] },
  });

  it('names no other member where a check speaks of several, and no label of the canaries', () => {
    expect(own.findings[0]?.message).toBe(
      'this one and those of another member, another member are all but the same',
    );
    expect(own.verdict.message).toBe(`in quarantine; ${own.findings[0]?.message}`);
    expect(JSON.stringify({ ...own, findings: own.findings.slice(0, 2) })).not.toMatch(/bob|scan/);
  });

  it('leaves the words of other checks alone: a member may be called median', () => {
    expect(
      ownVerdict({ decision: 'reject', message: 'x', findings: [failed('norm', 1, 2)] }, ['off']),
    ).toMatchObject({
      findings: [{ message: 'norm of bob is off' }],
    });
  });

  it('takes the label of a canary for what it is, and not for a pattern of its own', () => {
    const message = "what hides $& and $' of bob";
    const finding = { ...failed('canary-families', 1, 0.4), message };
    expect(ownVerdict({ decision: 'reject', message, findings: [finding] }, ['bob']).message).toBe(
      "what hides $& and $' of another member",
    );
  });

  it('keeps every number about itself, and distances without names', () => {
    expect(own.distances).toEqual([4, 5]);
    expect(own.findings[2]).toMatchObject({ value: 10, bound: 3, cohort: { highest: 12 } });
    expect(own.counterfactual.requirements).toHaveLength(2);
  });
});

describe('measures restricted to some members', () => {
  it('are what those members alone would have measured, but for the mean of all', () => {
    const all = measuresOf({ ada: [1, 2], bob: [3, 4], cyd: [5, 6] }, { previous: [7, 8] });
    const some = measuresOf({ ada: [1, 2], cyd: [5, 6] }, { previous: [7, 8] });
    const { layers: _, ...restricted } = restrictMeasures(all, new Set(['ada', 'cyd']));
    const { layers: __, ...expected } = some;
    expect(restricted).toEqual(expected);
  });
});
