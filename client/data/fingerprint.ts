/** A site's data as counts on a fixed grid: enough to notice change, nothing of any row. */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { z } from 'zod';
import type { Feature } from '../../shared/federation/schema.ts';

/**
 * Numeric grid: g(x) = sign(x) · ln(1 + 32 |x|), cut every 1/4, so that rates in [0, 1] fall into 14 cells and
 * byte counts into 3 per doubling. It depends on no data, so fingerprints of different days share it.
 */
const GRID_SCALE = 32;
const CELLS_PER_UNIT = 4;
const CELLS_PER_SIDE = 128;

const Counts = z.array(z.tuple([z.int(), z.int().min(1)]));

export const FingerprintSchema = z.strictObject({
  /** Digest of the features the counts belong to. */
  features: z.string(),
  rows: z.int().min(0),
  /** By feature name: [cell, rows in it], ascending, empty cells left out. */
  counts: z.record(z.string(), Counts),
});
export type Fingerprint = z.output<typeof FingerprintSchema>;

/** SHA-256 of the canonical (RFC 8785) features. */
export function featuresDigest(features: readonly Feature[]): string {
  return sha256Canonical(features);
}

/** SHA-256 of the canonical fingerprint, for update headers: it commits to the data and shows none of it. */
export function fingerprintDigest(fingerprint: Fingerprint): string {
  return sha256Canonical(fingerprint);
}

/** Rows whose category is outside the vocabulary, by feature; features without any are left out. */
export function rowsEncodedAsOther(
  features: readonly Feature[],
  { counts }: Fingerprint,
): { readonly feature: string; readonly rows: number }[] {
  return features.flatMap((feature) => {
    if (feature.type !== 'category') return [];
    const [, rows] = counts[feature.name]?.find(([cell]) => cell === feature.values.length) ?? [];
    return rows === undefined ? [] : [{ feature: feature.name, rows }];
  });
}

/** Counts rows as they stream past. */
export class FingerprintBuilder {
  readonly #features: readonly Feature[];
  readonly #counts: readonly Map<number, number>[];
  #rows = 0;

  constructor(features: readonly Feature[]) {
    this.#features = features;
    this.#counts = features.map(() => new Map());
  }

  add(row: Float32Array): void {
    this.#rows += 1;
    this.#features.forEach((feature, place) => {
      const value = row[place] ?? 0;
      const cell = feature.type === 'numeric' ? gridCell(value) : value;
      const counts = this.#counts[place];
      counts?.set(cell, (counts.get(cell) ?? 0) + 1);
    });
  }

  build(): Fingerprint {
    const counts = this.#features.map((feature, place) => {
      const cells = [...(this.#counts[place] ?? [])].sort(([a], [b]) => a - b);
      return [feature.name, cells] as const;
    });
    return { features: featuresDigest(this.#features), rows: this.#rows, counts: Object.fromEntries(counts) };
  }
}

function gridCell(value: number): number {
  const cell = Math.floor(Math.log1p(GRID_SCALE * Math.abs(value)) * CELLS_PER_UNIT);
  return value === 0 ? 0 : Math.sign(value) * (Math.min(cell, CELLS_PER_SIDE) + 1);
}

function sha256Canonical(value: unknown): string {
  return createHash('sha256')
    .update(canonicalize(value) ?? '')
    .digest('hex');
}
