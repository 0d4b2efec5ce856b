/** Canary rows picked by label, as batches to learn or score with. */
import type { RowBatch, RowSource } from '../../../shared/learning/family.ts';
import type { CohortMeasures } from '../../core/checks/measures.ts';
import { type CanarySet, NORMAL } from './canaries.ts';

/** Labels beside `normal` that are looked at one by one: those with the most rows, then by name. */
export const MOST_LABELS = 16;

/** A handful of rows is no kind of anomaly yet: by them alone nobody is judged. */
export const LEAST_LABEL_ROWS = 16;

/** The label `normal`, then the anomalies' labels with enough rows, those with the most first, at most `MOST_LABELS`. */
export function leadingLabels({ labels }: CanarySet): string[] {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  counts.delete(NORMAL);
  const byCount = [...counts]
    .filter(([, rows]) => rows >= LEAST_LABEL_ROWS)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return [NORMAL, ...byCount.slice(0, MOST_LABELS).map(([label]) => label)];
}

/**
 * The set as these members made it: rows of any other name are nobody's. Names that somebody made up would else take a
 * part each of the rows that are drawn.
 */
export function givenBy(canaries: CanarySet, members: Iterable<string>): CanarySet {
  if (canaries.contributors === undefined) return canaries;
  const known = new Set(members);
  return { ...canaries, contributors: canaries.contributors.map((one) => (known.has(one) ? one : '')) };
}

/** Rows of the file that count for less than whoever wrote them may think. */
export interface Overlooked {
  /** Different contributors, or labels. */
  readonly names: number;
  readonly rows: number;
  /** The first of them, counted from 1 below the header. */
  readonly firstRow: number;
}

/** Rows whose contributor is none of the members. */
export function strangersIn({ contributors = [] }: CanarySet, members: Iterable<string>): Overlooked {
  const known = new Set(['', ...members]);
  return overlooked(contributors, (one) => !known.has(one));
}

/** Rows whose label is none that is looked at by itself. */
export function labelsLeftOut(canaries: CanarySet): Overlooked {
  const leading = new Set(leadingLabels(canaries));
  return overlooked(canaries.labels, (label) => !leading.has(label));
}

function overlooked(values: readonly string[], is: (value: string) => boolean): Overlooked {
  const found = values.filter(is);
  return { names: new Set(found).size, rows: found.length, firstRow: 1 + values.findIndex(is) };
}

/** Share of each leading label's rows that each member contributed; undefined when nobody is named as contributor. */
export function holdersOf(canaries: CanarySet, members: readonly string[]): CohortMeasures['holders'] {
  const { labels, contributors } = canaries;
  if (contributors === undefined) return undefined;
  return leadingLabels(canaries).map((label) => {
    const of = labels.flatMap((one, row) => (one === label ? [contributors[row] ?? ''] : []));
    return {
      label,
      shares: members.map((member) => of.filter((contributor) => contributor === member).length / of.length),
    };
  });
}

/**
 * Positions of at most `most` rows of one label, in the order of the file: as even a part of each contributor's as
 * there is, and of each the rows spread evenly over its own.
 */
export function positionsOf({ labels, contributors }: CanarySet, label: string, most: number): number[] {
  const byContributor = new Map<string, number[]>();
  labels.forEach((one, row) => {
    if (one !== label) return;
    const contributor = contributors?.[row] ?? '';
    const rows = byContributor.get(contributor) ?? [];
    rows.push(row);
    byContributor.set(contributor, rows);
  });
  const held = [...byContributor.values()];
  const quotas = shareOut(
    held.map(({ length }) => length),
    most,
  );
  return held.flatMap((rows, i) => spreadOver(rows, quotas[i] ?? 0)).sort((a, b) => a - b);
}

/** Parts of at most `most` in all, as even as what each holds allows. */
function shareOut(held: readonly number[], most: number): number[] {
  const parts = held.map(() => 0);
  let left = Math.min(
    most,
    held.reduce((sum, count) => sum + count, 0),
  );
  while (left > 0) {
    held.forEach((count, i) => {
      if (left === 0 || (parts[i] ?? 0) >= count) return;
      parts[i] = (parts[i] ?? 0) + 1;
      left -= 1;
    });
  }
  return parts;
}

function spreadOver(rows: readonly number[], count: number): number[] {
  return Array.from({ length: count }, (_, i) => rows[Math.floor((i * rows.length) / count)] ?? 0);
}

export function rowsOf(canaries: CanarySet, label: string, most: number): RowBatch {
  return pickRows(canaries, positionsOf(canaries, label, most));
}

/** Rows by position, in the order asked. */
export function pickRows({ batches }: CanarySet, rows: readonly number[]): RowBatch {
  const width = batches[0]?.width ?? 0;
  const starts = startsOf(batches);
  const data = new Float32Array(rows.length * width);
  rows.forEach((row, at) => {
    const batch = starts.findLastIndex((start) => start <= row);
    const from = (row - (starts[batch] ?? 0)) * width;
    data.set(batches[batch]?.data.subarray(from, from + width) ?? [], at * width);
  });
  return { rows: rows.length, width, data };
}

/** Contributors of fewer normal rows than this say too little of their traffic. */
const LEAST_OWN_ROWS = 16;
/** Contributors looked at one by one: each costs a gradient in every round. */
const MOST_CONTRIBUTORS = 64;

/** The normal rows of each contributor, by name; at most `most` of each, spread over those there are. */
export function normalsByContributor(
  canaries: CanarySet,
  most: number,
): { readonly contributor: string; readonly rows: RowBatch }[] {
  const { labels, contributors = [] } = canaries;
  const places = new Map<string, number[]>();
  contributors.forEach((contributor, row) => {
    if (contributor === '' || labels[row] !== NORMAL) return;
    const rows = places.get(contributor) ?? [];
    rows.push(row);
    places.set(contributor, rows);
  });
  return [...places]
    .filter(([, rows]) => rows.length >= LEAST_OWN_ROWS)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, MOST_CONTRIBUTORS)
    .map(([contributor, rows]) => ({
      contributor,
      rows: pickRows(canaries, spreadOver(rows, Math.min(most, rows.length))),
    }));
}

/** Rows in memory, as a source to train on. */
export function sourceOf({ rows, width, data }: RowBatch): RowSource {
  const slice = (from: number, until: number) => data.subarray(from * width, until * width);
  return {
    count: rows,
    async *scan(batchRows) {
      for (let from = 0; from < rows; from += batchRows) {
        const until = Math.min(rows, from + batchRows);
        yield { rows: until - from, width, data: slice(from, until) };
      }
    },
    async pick(positions) {
      const picked = new Float32Array(positions.length * width);
      positions.forEach((position, i) => {
        picked.set(slice(position, position + 1), i * width);
      });
      return { rows: positions.length, width, data: picked };
    },
  };
}

function startsOf(batches: readonly RowBatch[]): number[] {
  let start = 0;
  return batches.map(({ rows }) => {
    start += rows;
    return start - rows;
  });
}
