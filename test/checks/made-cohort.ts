/** Cohorts made of vectors, measured the way the coordinator measures files. */
import { type ScreenedCohort, screenCohort } from '../../coordinator/core/checks/cohort.ts';
import type { CohortInput, Detector, Signal } from '../../coordinator/core/checks/detectors/detector.ts';
import type { CohortMeasures } from '../../coordinator/core/checks/measures.ts';
import { policyForSize } from '../../coordinator/core/checks/size-policy.ts';
import { NO_TRAIL, type Trail, trailAfter } from '../../coordinator/core/standing/trail.ts';
import { Random } from '../../shared/learning/random.ts';

export type Vector = readonly number[];

export const CHECKS: CohortInput['checks'] = {
  norm: { low: 0.1, high: 3 },
  maxSamples: 1_000_000,
  samplesPerMedian: 10,
  without: [],
  audit: { threshold: 0.05, leastCanaries: 20 },
};

const SKETCH = 32;

export function memberAt(at: number): string {
  return `m${String(at).padStart(2, '0')}`;
}

export function dot(a: Vector, b: Vector): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
}

export function scaled(vector: Vector, factor: number): Vector {
  return vector.map((value) => value * factor);
}

export function plus(...vectors: readonly Vector[]): Vector {
  return (vectors[0] ?? []).map((_, at) => vectors.reduce((sum, vector) => sum + (vector[at] ?? 0), 0));
}

/** Turned to length 1. */
export function unit(vector: Vector): Vector {
  return scaled(vector, 1 / Math.sqrt(dot(vector, vector)));
}

export function drawn(random: Random, length: number): Vector {
  return Array.from({ length }, () => random.normal());
}

function signsOf(vector: Vector): CohortMeasures['signs'][number] {
  const share = (holds: (value: number) => boolean) => vector.filter(holds).length / vector.length;
  return {
    positive: share((value) => value > 0),
    zero: share((value) => value === 0),
    negative: share((value) => value < 0),
  };
}

let drawnDirections: readonly Vector[] = [];

/** The same in every round, as the coordinator's are. */
function directionsFor(length: number): readonly Vector[] {
  if (drawnDirections[0]?.length !== length) {
    const random = new Random('sketch', 1);
    drawnDirections = Array.from({ length: SKETCH }, () => drawn(random, length));
  }
  return drawnDirections;
}

export function measuresOf(
  vectors: readonly Vector[],
  references: Readonly<Record<string, Vector>> = {},
): CohortMeasures {
  const rows = [...vectors, ...Object.values(references)];
  const directions = directionsFor(rows[0]?.length ?? 0);
  return {
    members: vectors.map((_, at) => memberAt(at)),
    references: Object.keys(references),
    gram: rows.map((a) => rows.map((b) => dot(a, b))),
    layers: [],
    signs: vectors.map(signsOf),
    sketches: rows.map((row) => directions.map((direction) => dot(row, direction) / Math.sqrt(SKETCH))),
  };
}

/** A round of gradients, unless told otherwise. */
export function cohortOf(measures: CohortMeasures, over: Partial<CohortInput> = {}): CohortInput {
  return {
    round: 1,
    step: 'gradients',
    gradients: true,
    updates: measures.members.map((member, at) => ({
      member,
      update: `${at}`,
      samples: 1000,
      norm: Math.sqrt(measures.gram[at]?.[at] ?? 0),
      metrics: { loss: 0.1 },
    })),
    measures,
    audit: undefined,
    trails: new Map(),
    checks: CHECKS,
    size: policyForSize(measures.members.length),
    ...over,
  };
}

/** Members whose update fails the detector, by place. */
export function failing(detector: Detector, input: CohortInput): number[] {
  return detector.judge(input).flatMap(({ finding }, at) => (finding.passed ? [] : [at]));
}

/**
 * Honest members with data of their own: something in common, a constant push of each, and the noise of batches; all of
 * one length, as gradient updates are.
 */
export class HonestMembers {
  readonly #random: Random;
  readonly #common: Vector;
  readonly #pushes: readonly Vector[];

  constructor(seed: number, members = 10, length = 200) {
    this.#random = new Random('honest members', seed);
    this.#common = drawn(this.#random, length);
    this.#pushes = Array.from({ length: members }, () => drawn(this.#random, length));
  }

  get common(): Vector {
    return this.#common;
  }

  /** @param agreement what they have in common against their own push (0.7) and noise (1): less near convergence */
  round(agreement = 0.6): Vector[] {
    return this.#pushes.map((push) => {
      const noise = drawn(this.#random, push.length);
      return unit(plus(scaled(this.#common, agreement), scaled(push, 0.7), noise));
    });
  }
}

/** Judges rounds one after another with one detector, handing on the trails; the signals of the last. */
export function judgeRounds(detector: Detector, rounds: readonly CohortInput[]): readonly Signal[] {
  let trails: ReadonlyMap<string, Trail> = new Map();
  let last: readonly Signal[] = [];
  rounds.forEach((input, round) => {
    last = detector.judge({ ...input, round, trails });
    trails = new Map(
      last.map(({ member, finding, sums }) => {
        const point = {
          round,
          step: input.step,
          clean: finding.passed,
          values: { [detector.name]: finding.value },
        };
        const kept = sums === undefined ? {} : { [detector.name]: sums };
        return [member, trailAfter(trails.get(member) ?? NO_TRAIL, point, kept)];
      }),
    );
  });
  return last;
}

/** The last of rounds that all detectors judge, with the trails that they hand on. */
export function screenedLast(rounds: readonly CohortInput[]): {
  readonly input: CohortInput;
  readonly screened: ScreenedCohort;
} {
  let trails: CohortInput['trails'] = new Map();
  let last: ReturnType<typeof screenedLast> | undefined;
  rounds.forEach((given, round) => {
    const input = { ...given, round, trails };
    const screened = screenCohort(input);
    last = { input, screened };
    trails = new Map(
      screened.points.map(({ member, clean, values, sums }) => [
        member,
        trailAfter(trails.get(member) ?? NO_TRAIL, { round, step: input.step, clean, values }, sums),
      ]),
    );
  });
  if (last === undefined) throw new RangeError('no rounds');
  return last;
}
