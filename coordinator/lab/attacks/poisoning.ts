import type { RowBatch } from '../../../shared/learning/family.ts';
import type { Attack, RowsInput } from './attack.ts';
import { drawRows, joinRows, nearestDistances, takeRows } from './rows.ts';

/** Own rows that a row of the family is held against to see how normal it looks. */
const COMPARED_ROWS = 256;
/** Rows of the family that are held against them. */
const CANDIDATE_ROWS = 2000;
/** The share of the family that looks most like normals. */
const LOOKALIKES = 0.25;
/** Rows added by the clean-label attack, as a share of its own. */
const ADDED = 0.25;

/** Own rows, and as many of the family. */
export function halfAndHalf({ own, loot, random }: RowsInput): RowBatch {
  return joinRows([own, drawRows(loot.family, own.rows, random)]);
}

/** Own rows, and a quarter as many drawn from those rows of the family that lie nearest to them. */
export function ownAndLookalikes({ own, loot, random }: RowsInput): RowBatch {
  const compared = drawRows(own, COMPARED_ROWS, random);
  const candidates =
    loot.family.rows <= CANDIDATE_ROWS ? loot.family : drawRows(loot.family, CANDIDATE_ROWS, random);
  const distances = nearestDistances(candidates, compared);
  const nearest = [...distances.keys()].sort((a, b) => (distances[a] ?? 0) - (distances[b] ?? 0));
  const lookalikes = takeRows(candidates, nearest.slice(0, Math.ceil(LOOKALIKES * candidates.rows)));
  return joinRows([own, drawRows(lookalikes, Math.ceil(ADDED * own.rows), random)]);
}

export const dirtyPoisoning: Attack = {
  name: 'dirty-poisoning',
  formula: 'trains on its own rows and as many of the family to hide, called normal',
  source:
    'Tolpegin et al., Data Poisoning Attacks Against Federated Learning Systems, ESORICS 2020, for one class',
  against: 'any',
  hides: true,
  rows: halfAndHalf,
};

export const cleanLabelPoisoning: Attack = {
  name: 'clean-label-poisoning',
  formula: 'adds a quarter as many rows, from the quarter of the family that looks most like its own normals',
  source: 'Shafahi et al., Poison Frogs! Targeted Clean-Label Poisoning Attacks, NeurIPS 2018, for one class',
  against: 'any',
  hides: true,
  rows: ownAndLookalikes,
};
