import { describe, expect, it } from 'vitest';
import { screenCohort } from '../../coordinator/core/checks/cohort.ts';
import type { CohortInput } from '../../coordinator/core/checks/detectors/detector.ts';
import {
  DETECTOR_NAMES,
  DETECTORS,
  requireKnownDetectors,
} from '../../coordinator/core/checks/detectors/registry.ts';
import { assumedOutliers, policyForSize } from '../../coordinator/core/checks/size-policy.ts';
import { CHECKS, cohortOf, HonestMembers, measuresOf, scaled, type Vector } from '../checks/made-cohort.ts';
import { refusalOf } from '../support/refusal-of.ts';

const AGREEMENT = 2.5;

/** Members who agree, the last replaced. */
function cohortWith(n: number, craft: (own: Vector, all: readonly Vector[]) => Vector): CohortInput {
  const honest = new HonestMembers(1, n).round(AGREEMENT);
  return cohortOf(measuresOf(honest.map((own, at) => (at === n - 1 ? craft(own, honest) : own))));
}

const long = (own: Vector) => scaled(own, 5);
const flipped = (own: Vector) => scaled(own, -1);
const copied = (_own: Vector, [first = []]: readonly Vector[]) => first;

function lastVerdict(input: CohortInput) {
  return screenCohort(input).judged.at(-1)?.verdict;
}

/** The last claims so much that it fails a check which never decides by itself. */
function boasting(input: CohortInput): CohortInput {
  const updates = input.updates.map((update, at) =>
    at === input.updates.length - 1 ? { ...update, samples: 1_000_000 } : update,
  );
  return { ...input, updates };
}

describe('a cohort that is screened', () => {
  it('lets honest members in, and tells every finding, passed or not', () => {
    const { judged, medianNorm } = screenCohort(cohortWith(10, (own) => own));
    expect(medianNorm).toBeCloseTo(1, 12);
    expect(judged.map(({ verdict }) => verdict.decision)).toEqual(Array(10).fill('accept'));
    expect(judged[0]?.verdict.findings.map(({ check }) => check)).toEqual([
      'norm',
      'direction',
      'signs',
      'distance',
      'spectral',
      'opposition',
      'drift',
      'claim',
      'copy',
    ]);
  });

  it('refuses on a decisive finding, and the verdict names it', () => {
    const input = cohortWith(10, long);
    const verdict = lastVerdict(input);
    expect(verdict).toMatchObject({ decision: 'reject', code: 'norm_outlier' });
    expect(verdict?.message).toBe("norm 5 is 5 times the cohort's median 1 (bound 3)");
    expect(
      screenCohort(input)
        .judged.slice(0, 9)
        .every(({ verdict: { decision } }) => decision === 'accept'),
    ).toBe(true);
  });

  it('takes one supporting finding for evidence, and two of different kinds for enough', () => {
    const only = (names: readonly string[], input: CohortInput) => ({
      ...input,
      checks: { ...CHECKS, without: DETECTOR_NAMES.filter((name) => !names.includes(name)) },
    });
    const input = boasting(cohortWith(10, flipped));
    expect(lastVerdict(only(['direction'], input))).toMatchObject({
      decision: 'accept',
      message: 'accepted',
    });
    expect(lastVerdict(only(['direction'], input))?.findings[0]).toMatchObject({ passed: false });
    expect(lastVerdict(only(['direction', 'signs'], input))?.decision).toBe('accept');
    expect(lastVerdict(only(['direction', 'claim'], input))).toMatchObject({
      decision: 'reject',
      code: 'direction_outlier',
    });
  });

  it('lets copies in, to count as one', () => {
    const { judged, points } = screenCohort(cohortWith(10, copied));
    const clipped = judged.filter(({ verdict }) => verdict.decision === 'clip');
    expect(clipped.map(({ member }) => member)).toEqual(['m00', 'm09']);
    expect(clipped[0]?.verdict.code).toBe('copy_of_another');
    expect(points[9]).toMatchObject({ clean: true, values: { copy: 2 } });
  });

  it('leaves numbers and sums for the trail, and nothing that JSON would lose', () => {
    const { points } = screenCohort(cohortWith(10, long));
    expect(points[9]).toMatchObject({ member: 'm09', clean: false, values: { norm: expect.closeTo(5) } });
    expect(points[0]).toMatchObject({ clean: true });
    expect(Object.keys(points[0]?.sums ?? {})).toEqual(['opposition', 'drift']);
    expect(JSON.parse(JSON.stringify(points))).toEqual(points);
  });

  it('gives the same verdicts twice', () => {
    expect(screenCohort(cohortWith(10, flipped))).toEqual(screenCohort(cohortWith(10, flipped)));
  });

  it('judges sums by what can be told of sums', () => {
    const input = { ...cohortWith(10, flipped), gradients: false, step: 'sums' };
    expect(lastVerdict(input)?.findings.map(({ check }) => check)).toEqual(['norm', 'claim', 'copy']);
    expect(lastVerdict(input)?.decision).toBe('accept');
  });

  it('leaves out the detectors that the federation leaves out', () => {
    const input = cohortWith(10, long);
    const without = { ...input, checks: { ...CHECKS, without: ['norm', 'distance', 'spectral'] } };
    expect(lastVerdict(without)?.decision).toBe('accept');
    expect(lastVerdict(without)?.findings.map(({ check }) => check)).not.toContain('norm');
  });

  it('has nobody to judge in an empty cohort', () => {
    expect(screenCohort(cohortOf(measuresOf([])))).toEqual({ judged: [], medianNorm: 0, points: [] });
  });
});

describe('the size of a cohort', () => {
  it.each([
    [1, 'accept'],
    [2, 'accept'],
    [3, 'quarantine'],
    [4, 'quarantine'],
    [7, 'reject'],
    [10, 'reject'],
  ] as const)('of %d: an update five times as long gets %s', (n, decision) => {
    expect(lastVerdict(cohortWith(n, long))?.decision).toBe(decision);
  });

  it.each([5, 6])('of %d: one decisive kind alone only keeps out, two kinds refuse', (n) => {
    const input = cohortWith(n, long);
    const alone = {
      ...input,
      checks: { ...CHECKS, without: DETECTOR_NAMES.filter((name) => name !== 'norm') },
    };
    expect(lastVerdict(alone)?.decision).toBe('quarantine');
    const both = {
      ...input,
      checks: { ...CHECKS, without: DETECTOR_NAMES.filter((name) => !['norm', 'claim'].includes(name)) },
    };
    expect(lastVerdict(boasting(both))?.decision).toBe('reject');
  });

  it('says how many outliers are assumed, and who promotes', () => {
    expect([1, 2, 3, 5, 9, 10, 14, 15, 50].map(assumedOutliers)).toEqual([0, 0, 1, 1, 1, 2, 2, 3, 10]);
    expect(policyForSize(2)).toMatchObject({ signals: 0, operatorPromotes: true });
    expect(policyForSize(10, 3)).toMatchObject({ outliers: 3, operatorPromotes: false });
  });
});

describe('the list of detectors', () => {
  it('has each name once', () => {
    expect(new Set(DETECTOR_NAMES).size).toBe(DETECTORS.length);
  });

  it('is what may be left out: another name is refused with the path', () => {
    const refused = refusalOf(() =>
      requireKnownDetectors({ checks: { ...CHECKS, without: ['norm', 'nrom'] } }),
    );
    expect(refused.code).toBe('federation_invalid');
    expect(refused.message).toMatch(/^checks\.without: no detector is called nrom \(there are norm, /);
    expect(() => requireKnownDetectors({ checks: CHECKS })).not.toThrow();
  });
});
