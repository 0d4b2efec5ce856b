/**
 * Updates that are all but the same: several names for one voice (Sybil), a member who hands in another's work (mimic),
 * colluders with one crafted vector. An upload cannot be read by other members before its round has closed, so a copy of
 * an honest update means that it leaked or was passed on. Who copied whom cannot be told from the copies, in one round
 * or in many: two who take turns with one member's leaked update look like that member copying two. So nobody is kept
 * out for it: the copies together count as one update. Blind to copies with noise on top.
 */
import type { Trail } from '../../standing/trail.ts';
import { short } from '../statistics/figures.ts';
import { cosinesOf, type Matrix, squaredDistances } from '../statistics/geometry.ts';
import { medianOf } from '../statistics/median.ts';
import type { CohortInput, Detector, Signal } from './detector.ts';

/** The most that 1 − cosine of two copies is. Honest members of one sector came within .05 in their first rounds. */
export const LEAST_ANGLE = 0.001;
/** Where all point the same way, copies are still so much closer than the cohort's median pair. */
export const ANGLE_RATIO = 0.02;
/** Squared distance of two equal sums, as a part of their squared lengths: what is left of it is rounding. */
const EQUAL_SUMS = 1e-12;
const LEAST_COHORT = 3;

export const COPY: Detector = {
  name: 'copy',
  looksFor: 'several updates that are all but one',
  source: 'Fung et al., FoolsGold, RAID 2020, arXiv 1808.04866; within one round',
  kind: 'copy',
  decisive: false,
  countsOnce: true,
  judge: judgeCopies,
};

/** The first of the updates, by member, that this member's was found to be a copy of in this round, itself included. */
export function copiedIn({ points }: Trail, round: number): string | undefined {
  const point = points.at(-1);
  return point?.round === round ? point.copyOf : undefined;
}

/** `value` is the number of updates that are all but the same, its own among them. */
function judgeCopies(input: CohortInput): readonly Signal[] {
  const { members } = input.measures;
  if (members.length < LEAST_COHORT) return [];
  const { apart, bound } = input.gradients ? anglesApart(input) : sumsApart(input);
  return members.map((member, at) => {
    const others = members.filter((_, other) => other !== at && (apart[at]?.[other] ?? 1) < bound);
    if (others.length === 0) return { member, finding: alone(bound) };
    const [copyOf = member] = [member, ...others].sort();
    return { member, finding: copied(others.length + 1, bound), copyOf };
  });
}

interface Apart {
  readonly apart: Matrix;
  /** Below it two updates are copies. 0 where most are: then nothing can be told by it. */
  readonly bound: number;
}

/** 1 − cosine. */
function anglesApart({ measures }: CohortInput): Apart {
  const n = measures.members.length;
  const apart = cosinesOf(measures)
    .slice(0, n)
    .map((row) => row.slice(0, n).map((cosine) => 1 - cosine));
  return { apart, bound: Math.min(LEAST_ANGLE, ANGLE_RATIO * medianPair(apart)) };
}

/** ‖a − b‖² / (‖a‖² + ‖b‖²). */
function sumsApart({ measures }: CohortInput): Apart {
  const square = (at: number) => measures.gram[at]?.[at] ?? 0;
  const apart = squaredDistances(measures).map((row, a) =>
    row.map((distance, b) => distance / Math.max(Number.MIN_VALUE, square(a) + square(b))),
  );
  return { apart, bound: medianPair(apart) > EQUAL_SUMS ? EQUAL_SUMS : 0 };
}

function medianPair(apart: Matrix): number {
  return medianOf(apart.flatMap((row, a) => row.filter((_, b) => a < b)));
}

function alone(bound: number): Signal['finding'] {
  const message = `no other update is within ${short(bound)} of it`;
  return { check: COPY.name, value: 1, bound: 1, passed: true, message };
}

/** Names nobody: the member concerned reads it. Who the others are is in the evidence, as its nearest neighbours. */
function copied(value: number, bound: number): Signal['finding'] {
  const message = `${value} updates are all but the same (within ${short(bound)}; bound 1), this one among them: they count as one`;
  return { check: COPY.name, value, bound: 1, passed: false, code: 'copy_of_another', message };
}
