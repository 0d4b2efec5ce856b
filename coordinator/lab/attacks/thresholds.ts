import type { RowBatch } from '../../../shared/learning/family.ts';
import type { Attack, RowsInput } from './attack.ts';

const INFLATION = 10;
const STRETCH = 1000;

export const thresholdPoisoning: Attack = {
  name: 'threshold-poisoning',
  formula: 'trains honestly, reports ten times its quantile of held-back normals',
  source: 'own, on thresholds from summary statistics as in arXiv 2410.09284',
  against: 'any',
  report: (p99) => INFLATION * p99,
};

/** Every number of every row times 1000: categories and booleans beyond their range are read as what they are worst at. */
function stretched({ own }: RowsInput): RowBatch {
  return { ...own, data: own.data.map((value) => value * STRETCH) };
}

export const stretchedStatistics: Attack = {
  name: 'stretched-statistics',
  formula: 'rounds of statistics see its rows times 1000; trains honestly afterwards',
  source: 'own: the scale of an encoding as the target',
  against: 'any',
  statisticsRows: stretched,
};
