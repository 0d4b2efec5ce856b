/** A small federation with every kind of feature, and rows for it. */
import { type Federation, FederationSchema } from '../../shared/federation/schema.ts';
import type { RowBatch } from '../../shared/learning/family.ts';
import { Random } from '../../shared/learning/random.ts';

export const FEATURES = [
  { name: 'bytes', type: 'numeric' },
  { name: 'rate', type: 'numeric' },
  { name: 'protocol', type: 'category', values: ['tcp', 'udp'] },
  { name: 'balance', type: 'numeric' },
  { name: 'encrypted', type: 'boolean' },
];

export function smallFederation(model: Record<string, unknown>): Federation {
  return FederationSchema.parse({ federation: 'small', features: FEATURES, model });
}

/** Normal rows; `shift` moves the mix, as another organisation's would be. */
export function normalRows(rows: number, seed: number, shift = 0): RowBatch {
  const random = new Random('synthetic rows', seed);
  const data = new Float32Array(rows * FEATURES.length);
  for (let row = 0; row < rows; row += 1) {
    const bytes = Math.round(Math.exp(5 + shift + random.normal()));
    const rate = random.uniform() < 0.7 ? 0 : Math.round(random.uniform() * 100) / 100;
    const udp = random.uniform() < 0.3 ? 1 : 0;
    data.set([bytes, rate, udp, 0.01 * bytes * (1 + 0.1 * random.normal()) - 3, udp], row * FEATURES.length);
  }
  return { rows, width: FEATURES.length, data };
}

/** One row that no member has: an unknown protocol, with a balance that fits no number of bytes. */
export function strangeRow(): RowBatch {
  return { rows: 1, width: FEATURES.length, data: Float32Array.of(150, 0, 2, -4000, 1) };
}
