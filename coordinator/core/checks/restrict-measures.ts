/** The measures of some of a cohort: a member in quarantine is held against those that count, and against no other. */
import type { CohortMeasures } from './measures.ts';

/** Rows of the members named and of every reference, in the order they had. The parts of a distance stay those to the mean of all that were measured. */
export function restrictMeasures(measures: CohortMeasures, members: ReadonlySet<string>): CohortMeasures {
  const kept = measures.members.flatMap((member, row) => (members.has(member) ? [row] : []));
  const references = measures.references.map((_, at) => measures.members.length + at);
  const rows = [...kept, ...references];
  const pick = <T>(values: readonly T[], at: readonly number[]): T[] =>
    at.flatMap((row) => (row < values.length ? [values[row] as T] : []));
  return {
    members: pick(measures.members, kept),
    references: measures.references,
    gram: pick(measures.gram, rows).map((line) => pick(line, rows)),
    layers: measures.layers.map(({ name, squares }) => ({ name, squares: pick(squares, kept) })),
    signs: pick(measures.signs, kept),
    sketches: pick(measures.sketches, rows),
    ...(measures.holders
      ? { holders: measures.holders.map(({ label, shares }) => ({ label, shares: pick(shares, kept) })) }
      : {}),
    ...(measures.canaries === undefined ? {} : { canaries: measures.canaries }),
    ...(measures.ownScores ? { ownScores: pick(measures.ownScores, kept) } : {}),
  };
}
