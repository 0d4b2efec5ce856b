import type { PreAggregationOf } from '../../../../shared/federation/schema.ts';
import { Random } from '../../../../shared/learning/random.ts';
import type { PreAggregation } from '../rule.ts';

/** Makes the rows alike before a rule, at the price of a larger part of them being touched by outliers. */
export const bucketing: PreAggregation<PreAggregationOf<'bucketing'>> = {
  formula: 'rows in an order drawn from the seed of the round, and of every s of them the mean: ⌈n / s⌉ rows',
  source: 'Karimireddy et al., Byzantine-Robust Learning on Heterogeneous Datasets via Bucketing, ICLR 2022',
  holds: 'f outliers touch up to f of the ⌈n / s⌉ rows left: the rule after it must bear them',
  needs: { gram: false, references: [] },
  guard: ({ size }, n) => Math.ceil(n / size),
  mix({ size }, { count }, { seed }) {
    const order = shuffled(count, new Random('aggregation-bucketing', seed));
    return Array.from({ length: Math.ceil(count / size) }, (_, bucket) => {
      const chosen = order.slice(bucket * size, (bucket + 1) * size);
      const row = new Array<number>(count).fill(0);
      for (const index of chosen) row[index] = 1 / chosen.length;
      return row;
    });
  },
};

/** Fisher and Yates, as Durstenfeld 1964 (algorithm 235). */
function shuffled(n: number, random: Random): number[] {
  const order = Array.from({ length: n }, (_, index) => index);
  for (let last = n - 1; last > 0; last--) {
    const other = random.below(last + 1);
    const moved = order[last] ?? 0;
    order[last] = order[other] ?? 0;
    order[other] = moved;
  }
  return order;
}
