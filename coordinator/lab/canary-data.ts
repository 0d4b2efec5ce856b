/** A lab from nothing but a canary file: an operator's own consortium, before it has one. */
import { basename } from 'node:path';
import type { Federation } from '../../shared/federation/schema.ts';
import type { RowBatch } from '../../shared/learning/family.ts';
import { Random } from '../../shared/learning/random.ts';
import { Refusal } from '../../shared/refusal.ts';
import { Canaries, type CanarySet } from '../adapters/compute/canaries.ts';
import { drawPositions, joinRows, takeRows } from './attacks/rows.ts';
import { keptOf } from './data-folder.ts';
import { type LabData, type LabMember, NORMAL } from './lab-data.ts';

/** Members dealt to where no column says who contributed a row. */
export const DEALT_MEMBERS = 10;
/** Fewer normals than this in a member's hand and nothing can be said of it. */
const LEAST_ROWS = 20;
/** Normals that score rather than train; anomalies that score rather than become canaries and poison. */
const SCORING_SHARE = 0.3;
const SCORING_ANOMALIES = 0.5;

/**
 * Members hold the canary file's normals: each contributor its own, or, without such a column, ten members dealt to by
 * likeness, so that they differ as organisations do. What is drawn depends on the file alone. Refuses `data_empty` when
 * there are not three members with rows enough.
 */
export async function canaryData(federation: Federation, file: string): Promise<LabData> {
  const canaries = await new Canaries().read(federation, file);
  const rows = joinRows(canaries.batches);
  const random = new Random('lab canary file', 0);
  const normals = positionsWhere(canaries, (label) => label === NORMAL);
  const anomalies = positionsWhere(canaries, (label) => label !== NORMAL);
  const scoring = new Set([
    ...drawnOf(normals, SCORING_SHARE, random),
    ...drawnOf(anomalies, SCORING_ANOMALIES, random),
  ]);
  const ofMembers = normals.filter((at) => !scoring.has(at));
  const hands = handsOf(canaries, rows, ofMembers, random).filter(
    ({ positions }) => positions.length >= LEAST_ROWS,
  );
  if (hands.length < 3) {
    const message = `${file} has normals for ${hands.length} members with at least ${LEAST_ROWS} rows each, 3 members are needed`;
    throw new Refusal('data_empty', message, { members: hands.length });
  }
  const { holdBack } = federation.threshold;
  const rest = anomalies.filter((at) => !scoring.has(at));
  const scored = [...scoring].sort((a, b) => a - b);
  return {
    name: basename(file),
    features: federation.features,
    members: hands.map(({ name, positions }) => memberOf(name, takeRows(rows, positions), holdBack, random)),
    incidents: keptOf(
      [
        {
          rows: takeRows(rows, rest),
          labels: rest.map((at) => canaries.labels[at] ?? ''),
          contributors: rest.map((at) => canaries.contributors?.[at] ?? ''),
        },
      ],
      rows.width,
    ),
    tests: [{ rows: takeRows(rows, scored), labels: scored.map((at) => canaries.labels[at] ?? '') }],
  };
}

interface Hand {
  readonly name: string;
  readonly positions: readonly number[];
}

function handsOf(canaries: CanarySet, rows: RowBatch, positions: readonly number[], random: Random): Hand[] {
  const contributors = canaries.contributors;
  const contributorOf = contributors
    ? (at: number) => contributors[at] || 'nobody'
    : dealtByLikeness(rows, positions, random);
  const hands = new Map<string, number[]>();
  for (const at of positions) {
    const name = contributorOf(at);
    hands.set(name, [...(hands.get(name) ?? []), at]);
  }
  return [...hands]
    .map(([name, own]) => ({ name, positions: own }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Along one random direction over ranked columns, cut into equal hands: neighbours on it are alike in many columns. */
function dealtByLikeness(
  rows: RowBatch,
  positions: readonly number[],
  random: Random,
): (at: number) => string {
  const along = new Map<number, number>(positions.map((at) => [at, 0]));
  for (let column = 0; column < rows.width; column += 1) {
    const weight = random.normal();
    const value = (at: number) => rows.data[at * rows.width + column] ?? 0;
    const sorted = Float64Array.from(positions, value).sort();
    for (const at of positions) along.set(at, (along.get(at) ?? 0) + weight * rankOf(sorted, value(at)));
  }
  const order = [...positions].sort((a, b) => (along.get(a) ?? 0) - (along.get(b) ?? 0));
  const hand = new Map(
    order.map((at, place) => [at, Math.floor((place * DEALT_MEMBERS) / order.length) + 1] as const),
  );
  return (at) => `member-${String(hand.get(at)).padStart(2, '0')}`;
}

function rankOf(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low / sorted.length;
}

function memberOf(name: string, rows: RowBatch, holdBack: number, random: Random): LabMember {
  const heldBack = new Set(drawPositions(rows.rows, Math.max(1, Math.round(holdBack * rows.rows)), random));
  const all = Array.from({ length: rows.rows }, (_, at) => at);
  return {
    name,
    train: takeRows(
      rows,
      all.filter((at) => !heldBack.has(at)),
    ),
    heldBack: takeRows(rows, [...heldBack]),
  };
}

function positionsWhere({ labels }: CanarySet, holds: (label: string) => boolean): number[] {
  return labels.flatMap((label, at) => (holds(label) ? [at] : []));
}

function drawnOf(positions: readonly number[], share: number, random: Random): number[] {
  const drawn = drawPositions(positions.length, Math.round(share * positions.length), random);
  return drawn.map((at) => positions[at] ?? 0);
}
