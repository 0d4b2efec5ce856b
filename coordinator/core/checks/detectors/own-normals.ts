/**
 * Whether a member's updates lower the score of the normal canaries it gave itself: the mean cosine, along its trail, of
 * its update to the descent direction of their mean score. Whoever trains on its own rows does that, whatever the others
 * do; a flipped or crafted update leads away from them (−.2 to −.85), a drawn one nowhere (about 0). Honest members came
 * to .19 and more while most still learn much, and to −.12 where the model is done: hence two bounds, by the cohort's
 * median. Both are absolute: a minority cannot shift them. Blind to whoever also learns its own rows, to members who gave
 * no normal canaries, and unfair where what a member gave is no longer its traffic: then the file wants new rows.
 */
import { short } from '../statistics/figures.ts';
import { cosinesOf, rowOf } from '../statistics/geometry.ts';
import { medianOf } from '../statistics/median.ts';
import { addedTo, keptOnCanaries, meansIn, onCanaries, standsFor } from '../statistics/running-mean.ts';
import type { CohortInput, Detector, Signal } from './detector.ts';

/** Prefix of references: the gradient of the mean score of the normal canaries that a member gave. */
export const OWN_NORMALS_OF = 'normals/';
const LEAST_COSINE = -0.2;
/** The same while the cohort's median is at least `LEARNING`. */
const LEAST_WHILE_LEARNING = 0.05;
const LEARNING = 0.4;
const LEAST_ROUNDS = 5;

export const OWN_NORMALS: Detector = {
  name: 'own-normals',
  looksFor: "updates that do not learn the member's own normal canaries, over many rounds",
  source: 'after Xie et al., Zeno, ICML 2019, arXiv 1805.10032, to first order, on rows of its own',
  kind: 'canary',
  decisive: true,
  judge: judgeOwn,
};

function judgeOwn(input: CohortInput): readonly Signal[] {
  const { gradients, measures } = input;
  if (!gradients) return [];
  const cosines = cosinesOf(measures);
  const known = measures.members.flatMap((member, at) => {
    const slope = rowOf(measures, OWN_NORMALS_OF + member);
    if (slope === undefined) return [];
    const kept = keptOnCanaries(input, member, OWN_NORMALS.name);
    return [{ member, sums: addedTo(kept, [-(cosines[at]?.[slope] ?? 0)]) }];
  });
  const median = medianOf(known.map(({ sums }) => meansIn(sums)[0] ?? 0));
  return known.map(({ member, sums }) => ({
    member,
    sums: onCanaries(input, sums),
    finding: findingOf(sums, median),
  }));
}

/** Where most fail nobody does: it is the model's doing, or the file's. */
function findingOf(sums: readonly number[], median: number): Signal['finding'] {
  const value = meansIn(sums)[0] ?? 0;
  const bound = median >= LEARNING ? LEAST_WHILE_LEARNING : LEAST_COSINE;
  const passed = value >= bound || median < bound || !standsFor(sums, LEAST_ROUNDS);
  const message = `mean cosine ${short(value)} to what lowers the score of its own normal canaries, over ${short(sums[0] ?? 0)} faded rounds; the cohort's median is ${short(median)} (bound ${bound}, from ${LEAST_ROUNDS} rounds on)`;
  const seen = { check: OWN_NORMALS.name, value, bound: [bound, 1] as const, passed, message };
  return passed ? seen : { ...seen, code: 'canary_regression' };
}
