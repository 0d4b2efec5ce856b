/**
 * Among whose normal canaries a canary row lies. An anomaly within a member's own traffic stands out without that member
 * whoever it is, and cannot be held against it. Rows are as far apart as Gower has it (Biometrics 27, 1971): the sum over
 * features of the difference of ranks for numbers, of 0 or 1 for anything else. A row lies among a member's rows when the
 * nearest of them is no farther than normal canaries of the other members are from the nearest other of the same
 * contributor, nine times in ten: how far apart a member's own rows are widens nothing for itself.
 */
import type { Feature } from '../../../../shared/federation/schema.ts';
import type { RowBatch } from '../../../../shared/learning/family.ts';

/** Of the distances between normal canaries of one contributor, the share that is within reach. */
const WITHIN = 0.9;

export interface LabelledRows {
  readonly rows: RowBatch;
  readonly features: readonly Feature[];
  readonly isNormal: (row: number) => boolean;
  /** '' or undefined: nobody. */
  readonly contributorOf: (row: number) => string | undefined;
}

/** For each row the contributors among whose normal rows it lies; for normal rows none. */
export function likenessOf(labelled: LabelledRows): readonly (readonly string[])[] {
  const { rows, isNormal } = labelled;
  const normals = normalsByContributor(labelled);
  const distance = distanceBetween(labelled);
  const nearest = (row: number, others: readonly number[]) =>
    others.reduce(
      (least, other) => (other === row ? least : Math.min(least, distance(row, other))),
      Infinity,
    );
  const apart = new Map(
    [...normals].map(([contributor, held]) => [contributor, held.map((row) => nearest(row, held))]),
  );
  const reaches = new Map(
    [...normals.keys()].map((contributor) => [contributor, reachOf(contributor, apart)]),
  );
  const liesAmong = (row: number, contributor: string, held: readonly number[]) =>
    nearest(row, held) <= (reaches.get(contributor) ?? Number.NEGATIVE_INFINITY);
  return Array.from({ length: rows.rows }, (_, row) =>
    isNormal(row)
      ? []
      : [...normals].flatMap(([contributor, held]) =>
          liesAmong(row, contributor, held) ? [contributor] : [],
        ),
  );
}

/** By the distances between rows of the others alone. */
function reachOf(contributor: string, apart: ReadonlyMap<string, readonly number[]>): number {
  const others = [...apart].flatMap(([other, distances]) => (other === contributor ? [] : distances));
  return quantileOf(others.filter(Number.isFinite), WITHIN);
}

function normalsByContributor({ rows, isNormal, contributorOf }: LabelledRows): Map<string, number[]> {
  const normals = new Map<string, number[]>();
  for (let row = 0; row < rows.rows; row++) {
    const contributor = contributorOf(row);
    if (!contributor || !isNormal(row)) continue;
    const held = normals.get(contributor);
    if (held === undefined) normals.set(contributor, [row]);
    else held.push(row);
  }
  return normals;
}

/** Gower's distance times the number of features. */
function distanceBetween({ rows, features }: LabelledRows): (a: number, b: number) => number {
  const { width, data } = rows;
  const isNumber = features.map(({ type }) => type === 'numeric');
  const columns = isNumber.map((is, feature) => {
    const values = Float64Array.from({ length: rows.rows }, (_, row) => data[row * width + feature] ?? 0);
    return is ? ranksOf(values) : values;
  });
  return (a, b) => {
    let sum = 0;
    for (let feature = 0; feature < width; feature++) {
      const column = columns[feature];
      const [one = 0, other = 0] = [column?.[a], column?.[b]];
      if (one !== other) sum += isNumber[feature] ? Math.abs(one - other) : 1;
    }
    return sum;
  };
}

/** Share of the values that are smaller, ties one half. */
function ranksOf(values: Float64Array): Float64Array {
  const sorted = Float64Array.from(values).sort();
  const ranks = new Map<number, number>();
  for (let from = 0; from < sorted.length; ) {
    const value = sorted[from] ?? 0;
    let until = from;
    while (until < sorted.length && sorted[until] === value) until++;
    ranks.set(value, (from + until) / (2 * sorted.length));
    from = until;
  }
  return values.map((value) => ranks.get(value) ?? 0);
}

/** The smallest value that this share does not exceed; nothing is within reach of no values. */
function quantileOf(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NEGATIVE_INFINITY;
}
