import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planColumns } from '../../shared/learning/columns.ts';
import { Encoder, roundestBetween } from '../../shared/learning/encoding.ts';
import type { RowBatch } from '../../shared/learning/family.ts';
import { coarseBin, partOfBin, positionIn, positionOf, valueAt } from '../../shared/learning/grid.ts';
import { joinRows, memoryRows, runFederation, takeRows } from '../support/federated-run.ts';
import { normalRows, smallFederation } from '../support/synthetic-rows.ts';

const federation = smallFederation({ family: 'christoffel', map: 'linear' });
const columns = planColumns(federation.features);

async function encoderOf(members: readonly RowBatch[]): Promise<Encoder> {
  const { model } = await runFederation(federation, members);
  return new Encoder(columns, 'quantile', model);
}

/** Every encoded value of `probe`, as one flat array. */
async function encodedBy(members: readonly RowBatch[], probe: RowBatch): Promise<Float32Array> {
  return (await encoderOf(members)).encode(probe);
}

function largestGap(a: Float32Array, b: Float32Array): number {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (b[i] ?? 0))), 0);
}

describe('the grid', () => {
  it('has a place for every float32, in order', () => {
    const float = fc.float({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(float, float, (a, b) => {
        const [low, high] = [positionOf(Math.min(a, b)), positionOf(Math.max(a, b))];
        expect(coarseBin(low)).toBeLessThanOrEqual(coarseBin(high));
        const bin = coarseBin(high);
        expect(positionIn(bin, partOfBin(high, bin))).toBeCloseTo(high, 9);
        expect(valueAt(positionOf(a))).toBeCloseTo(a, Math.abs(a) < 1 ? 6 : -Math.log10(Math.abs(a)) + 5);
      }),
    );
  });

  it('names a bin by the roundest number in it', () => {
    expect(roundestBetween(-0.001, 0.002)).toBe(0);
    expect(roundestBetween(198.6, 199.4)).toBe(199);
    expect(roundestBetween(0.9993, 1.0008)).toBe(1);
  });
});

describe('the statistics of a pool', () => {
  const pool = [normalRows(700, 1), normalRows(300, 2, 2), normalRows(50, 3, -1)];
  const probe = normalRows(200, 9);

  it('encode alike however the rows are dealt out', async () => {
    const all = joinRows(pool);
    const dealt = [0, 1, 2, 3].map((m) =>
      takeRows(
        all,
        Array.from({ length: all.rows }, (_, i) => i).filter((i) => (i * 7919) % 4 === m),
      ),
    );
    const expected = await encodedBy([all], probe);
    expect(largestGap(await encodedBy(pool, probe), expected)).toBeLessThan(1e-5);
    expect(largestGap(await encodedBy(dealt, probe), expected)).toBeLessThan(1e-5);
  });

  it('give ranks: the least value 0, values beyond all rows 1, and the order of the values between', async () => {
    const encoder = await encoderOf(pool);
    const place = columns.numerics[0];
    if (place === undefined) throw new Error('the small federation has numeric features');
    const rank = (value: number) => {
      const row = new Float32Array(encoder.width);
      encoder.replace(place, value, row);
      return row[place.column] ?? 0;
    };
    expect(rank(-1e30)).toBe(0);
    expect(rank(1e30)).toBe(1);
    fc.assert(
      fc.property(
        fc.float({ min: 0, max: 2 ** 20, noNaN: true }),
        fc.float({ min: 0, max: 2 ** 20, noNaN: true }),
        (a, b) => {
          expect(rank(Math.min(a, b))).toBeLessThanOrEqual(rank(Math.max(a, b)));
        },
      ),
    );
    expect(rank(encoder.usual(place))).toBeLessThanOrEqual(0.5);
    const { rows, width, data } = joinRows(pool);
    for (let row = 0; row < 50; row += 1) {
      const value = data[row * width] ?? 0;
      let smaller = 0;
      for (let other = 0; other < rows; other += 1) if ((data[other * width] ?? 0) < value) smaller += 1;
      expect(Math.abs(rank(value) - smaller / rows)).toBeLessThan(0.02);
    }
  });

  it('move no further than the share of rows of the member who lies', async () => {
    const liar: RowBatch = {
      ...normalRows(100, 4),
      data: normalRows(100, 4).data.map((value, i) => (i % 5 === 2 ? 0 : i % 5 === 4 ? 1 : value * 1e30)),
    };
    const honest = await encodedBy(pool, probe);
    const with100 = await encodedBy([...pool, liar], probe);
    const share = 100 / (1050 + 100);
    // Beside the liar's own share, a bin that got narrower or wider moves a value by what that bin holds.
    expect(largestGap(honest, with100)).toBeLessThan(share + 0.02);
  });
});

describe('an update of a statistics round', () => {
  it.each(['spans', 'histograms', 'moments', 'sums'])(
    'is refused in %s when its sign is flipped, when scaled, when both',
    async (kind) => {
      const fourier = smallFederation({ family: 'christoffel', features: 64 });
      for (const factor of [-10, -1, 10]) {
        const { refused } = await runFederation(
          fourier,
          [normalRows(300, 1), normalRows(300, 2), normalRows(300, 3)],
          {
            tamper: (update, member) =>
              member === 1
                ? {
                    ...update,
                    tensors: new Map(
                      [...update.tensors].map(([name, values]) => [
                        name,
                        values.map((value) => factor * value),
                      ]),
                    ),
                  }
                : update,
          },
        );
        expect(refused.filter(({ step }) => step === kind)).toMatchObject([
          { member: 1, finding: { code: 'sums_inconsistent' } },
        ]);
        expect(refused.every(({ member }) => member === 1)).toBe(true);
      }
    },
  );

  it('is refused when the samples claimed cannot have these shares', async () => {
    const { familyOf } = await import('../../shared/learning/families.ts');
    const family = familyOf(federation);
    const [spans] = family.steps;
    if (spans === undefined) throw new Error('a family has steps');
    const context = { base: family.start(), seed: 1, progress: () => undefined };
    const { update, samples } = await spans.train(memoryRows(normalRows(331, 1)), context);
    expect(spans.inspect(update, samples)).toBeUndefined();
    expect(spans.inspect(update, 500)?.message).toContain('not a whole number of rows');
    expect(spans.inspect(update, 0)?.message).toContain('at least 1');
  });
});
