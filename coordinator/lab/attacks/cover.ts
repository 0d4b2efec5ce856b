/** Attacks on sums: statistics of the family to hide, so that it becomes part of what is normal. */
import type { RowBatch } from '../../../shared/learning/family.ts';
import type { Attack, RowsInput } from './attack.ts';
import { halfAndHalf } from './poisoning.ts';
import { drawRows, nearestDistances, takeRows } from './rows.ts';

const CLAIM = 10;
const CANDIDATE_ROWS = 2000;
const FAR_SHARE = 0.5;
const SOURCE = 'own: the covers of docs/explanation/why-sums.md';

function familyOnly({ own, loot, random }: RowsInput): RowBatch {
  return drawRows(loot.family, own.rows, random);
}

/** Rows of that half of the family which lies farthest from the canaries. */
function farFromCanaries({ own, loot, random }: RowsInput): RowBatch {
  const candidates =
    loot.family.rows <= CANDIDATE_ROWS ? loot.family : drawRows(loot.family, CANDIDATE_ROWS, random);
  const distances = nearestDistances(candidates, loot.canaries);
  const farthest = [...distances.keys()].sort((a, b) => (distances[b] ?? 0) - (distances[a] ?? 0));
  const far = takeRows(candidates, farthest.slice(0, Math.ceil(FAR_SHARE * candidates.rows)));
  return drawRows(far, own.rows, random);
}

export const COVERS: readonly Attack[] = [
  {
    name: 'cover',
    formula: 'sums of rows of the family, as many as its own',
    source: SOURCE,
    against: 'any',
    hides: true,
    rows: familyOnly,
  },
  {
    name: 'blend',
    formula: 'sums of its own rows and as many of the family',
    source: SOURCE,
    against: 'sums',
    hides: true,
    rows: halfAndHalf,
  },
  {
    name: 'claimed-count',
    formula: 'a cover that claims ten times its rows',
    source: SOURCE,
    against: 'sums',
    hides: true,
    rows: familyOnly,
    claim: (samples) => CLAIM * samples,
  },
  {
    name: 'cover-known-canaries',
    formula: 'a cover from the half of the family that lies farthest from the canaries, which it knows',
    source: SOURCE,
    against: 'any',
    hides: true,
    rows: farFromCanaries,
  },
];
