/** Does a value lie within what the federation declares for its feature? */
import type { Feature } from '../../../shared/federation/schema.ts';
import { Refusal } from '../../../shared/refusal.ts';

/** Refuses with `data_cell` a numeric value below `min` or above `max` of its feature. */
export function requireRange(feature: Feature, value: number): void {
  if (feature.type !== 'numeric') return;
  // Rows are float32; comparing at that precision keeps a value equal to its bound inside.
  if (feature.min !== undefined && value < Math.fround(feature.min))
    throw outside(feature.name, value, `at least ${feature.min}`);
  if (feature.max !== undefined && value > Math.fround(feature.max))
    throw outside(feature.name, value, `at most ${feature.max}`);
}

function outside(column: string, value: number, bound: string): Refusal {
  return new Refusal('data_cell', `column ${column}: ${value} is not ${bound}`, { column, value, bound });
}
