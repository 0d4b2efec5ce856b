/** Made-up cohorts: rows with ties, zeros of both signs, tiny and large values. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode, tensorsOfFlat } from '../../shared/tensors/safetensors.ts';
import { elementsIn, type Layout } from '../../shared/tensors/tensor.ts';

/** Numbers in [−1, 1) from a linear congruential generator (Numerical Recipes constants). */
export function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return state / 2 ** 31;
  };
}

export function cohortOf(rows: number, layout: Layout, seed = 1): Float32Array[] {
  const next = noise(seed);
  return Array.from({ length: rows }, () =>
    Float32Array.from({ length: elementsIn(layout) }, () => {
      const kind = next();
      if (kind > 0.9) return kind > 0.95 ? 0 : -0;
      if (kind > 0.6) return Math.round(next() * 3) / 4;
      return next() * 10 ** Math.round(3 * next());
    }),
  );
}

export function fileOf(folder: string, name: string, layout: Layout, values: Float32Array): { path: string } {
  const path = join(folder, name);
  writeFileSync(path, encode(tensorsOfFlat(layout, values)));
  return { path };
}
