/** Angles and distances between the updates of a cohort, from their inner products alone. */
import type { CohortMeasures } from '../measures.ts';

export type Matrix = readonly (readonly number[])[];

/** Below this a squared length is rounding. */
const NOTHING = 1e-30;

/** Cosines between all rows, members then references; 0 with a row of no length. */
export function cosinesOf({ gram }: CohortMeasures): Matrix {
  const lengths = gram.map((row, at) => Math.sqrt(Math.max(0, row[at] ?? 0)));
  return gram.map((row, a) =>
    row.map((product, b) => {
      const scale = (lengths[a] ?? 0) * (lengths[b] ?? 0);
      return scale * scale <= NOTHING ? 0 : Math.max(-1, Math.min(1, product / scale));
    }),
  );
}

/** Squared distances between the members' updates, n × n. */
export function squaredDistances({ members, gram }: CohortMeasures): Matrix {
  const product = (a: number, b: number) => gram[a]?.[b] ?? 0;
  return members.map((_, a) =>
    members.map((_other, b) => Math.max(0, product(a, a) + product(b, b) - 2 * product(a, b))),
  );
}

/**
 * Cosine of each member's direction to the mean direction of the others. Directions, not updates: however long one is,
 * it turns the mean by no more than any other.
 */
export function cosinesToOthers(measures: CohortMeasures): readonly number[] {
  const n = measures.members.length;
  const cosines = cosinesOf(measures).slice(0, n);
  const rows = cosines.map((row) => row.slice(0, n).reduce((sum, cosine) => sum + cosine, 0));
  const total = rows.reduce((sum, row) => sum + row, 0);
  return rows.map((row, at) => {
    const own = cosines[at]?.[at] ?? 0;
    const lengthOfOthers = Math.sqrt(Math.max(NOTHING, total - 2 * row + own));
    return Math.max(-1, Math.min(1, (row - own) / lengthOfOthers));
  });
}

/** Row of a reference in the matrices, if the coordinator could make it. */
export function rowOf({ members, references }: CohortMeasures, reference: string): number | undefined {
  const at = references.indexOf(reference);
  return at < 0 ? undefined : members.length + at;
}
