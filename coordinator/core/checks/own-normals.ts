/**
 * Whether a member's updates lower the score of the normal canaries it gave itself: the mean cosine, along its trail, of
 * its update to the descent direction of their mean score. Whoever trains on its own rows does that, whatever the others
 * do and wherever the model stands (honest members: −.05 to .9, least where the model is done); a flipped or crafted
 * update leads away from them (−.13 to −.85). A drawn one leads nowhere (about 0) and does little. The bound is
 * absolute: a minority cannot shift it. Blind to whoever also learns its own rows, to members who gave no normal
 * canaries, and unfair where what a member gave is no longer its traffic: then the file wants new rows.
 */
import type { CohortInput, Detector, Signal } from './detector.ts';
import { short } from './figures.ts';
import { cosinesOf, rowOf } from './geometry.ts';
import { medianOf } from './median.ts';
import { addedTo, keptSums, meansIn, standsFor } from './running-mean.ts';

/** Prefix of references: the gradient of the mean score of the normal canaries that a member gave. */
export const OWN_NORMALS_OF = 'normals/';
const LEAST_COSINE = -0.1;
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
    return [
      { member, sums: addedTo(keptSums(input, member, OWN_NORMALS.name), [-(cosines[at]?.[slope] ?? 0)]) },
    ];
  });
  const most = medianOf(known.map(({ sums }) => meansIn(sums)[0] ?? 0)) >= LEAST_COSINE;
  return known.map(({ member, sums }) => ({ member, sums, finding: findingOf(sums, most) }));
}

/** @param most whether most members pass: where they do not, it is the model's doing, or the file's */
function findingOf(sums: readonly number[], most: boolean): Signal['finding'] {
  const value = meansIn(sums)[0] ?? 0;
  const passed = value >= LEAST_COSINE || !most || !standsFor(sums, LEAST_ROUNDS);
  const message = `mean cosine ${short(value)} to what lowers the score of its own normal canaries, over ${short(sums[0] ?? 0)} faded rounds (bound ${LEAST_COSINE}, from ${LEAST_ROUNDS} rounds on)`;
  const seen = { check: OWN_NORMALS.name, value, bound: [LEAST_COSINE, 1] as const, passed, message };
  return passed ? seen : { ...seen, code: 'canary_regression' };
}
