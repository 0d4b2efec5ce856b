import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { selectionNetwork } from '../../coordinator/core/aggregators/selection-network.ts';

function run(n: number, trim: number, values: readonly number[]): number[] {
  const network = selectionNetwork(n, trim);
  const held = [...values];
  for (let index = 0; index < network.length; index += 2) {
    const [low = 0, high = 0] = network.slice(index, index + 2);
    const [a = 0, b = 0] = [held[low], held[high]];
    held[low] = Math.min(a, b);
    held[high] = Math.max(a, b);
  }
  return held;
}

describe('a selection network', () => {
  it('sorts what is kept of any values, for every n up to 64 and every trim', () => {
    for (let n = 1; n <= 64; n++) {
      for (let trim = 0; n - 2 * trim >= 1; trim++) {
        const values = Array.from({ length: n }, (_, index) => Math.sin(n + index * index));
        const sorted = [...values].sort((a, b) => a - b);
        expect(run(n, trim, values).slice(trim, n - trim)).toEqual(sorted.slice(trim, n - trim));
      }
    }
  });

  it('sorts zeros and ones, and so everything (Knuth, 5.3.4, theorem Z)', () => {
    const cases = fc
      .integer({ min: 1, max: 24 })
      .chain((n) =>
        fc.tuple(
          fc.integer({ min: 0, max: Math.floor((n - 1) / 2) }),
          fc.array(fc.constantFrom(0, 1), { minLength: n, maxLength: n }),
        ),
      );
    fc.assert(
      fc.property(cases, ([trim, bits]) => {
        const n = bits.length;
        const sorted = [...bits].sort((a, b) => a - b);
        expect(run(n, trim, bits).slice(trim, n - trim)).toEqual(sorted.slice(trim, n - trim));
      }),
      { numRuns: 1000 },
    );
  });

  it('compares less when more is trimmed', () => {
    expect(selectionNetwork(50, 10).length).toBeLessThan(selectionNetwork(50, 0).length);
  });
});
