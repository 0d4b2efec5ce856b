import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FederationSchema } from '../../shared/federation/schema.ts';
import { planColumns } from '../../shared/learning/columns.ts';
import { Encoder, roundestBetween } from '../../shared/learning/encoding.ts';
import { familyOf } from '../../shared/learning/families.ts';
import type { RowBatch } from '../../shared/learning/family.ts';
import { coarseBin, partOfBin, positionIn, positionOf, valueAt } from '../../shared/learning/grid.ts';
import { EMPTY_SET } from '../../shared/learning/tensor-set.ts';
import { joinRows, memoryRows, runFederation, takeRows } from '../support/federated-run.ts';
import { FEATURES, normalRows, smallFederation } from '../support/synthetic-rows.ts';

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

describe('one of ten members of like size that claims a million times its rows', () => {
  const honest = Array.from({ length: 9 }, (_, member) => normalRows(200, member + 1));
  const PART = 3 / (3 + 9);
  const claim = (samples: number, member: number) => (member === 9 ? 1_000_000 * samples : samples);
  /** One point far from everybody, the widest spread there is, and all of it in one heavy value. */
  const lies = [
    (value: number) => value * 1e30,
    (_: number, row: number) => (row % 2 === 0 ? 3e38 : -3e38),
    () => 0,
  ];

  it.each(lies)(
    'moves no encoded value further than three twelfths, and what its cell holds',
    async (lie) => {
      const liar = lyingRows(lie);
      const probe = normalRows(300, 77);
      const alone = await encodedBy(honest, probe);
      const { model, refused } = await runFederation(federation, [...honest, liar], { claim });
      expect(refused).toEqual([]);
      const moved = new Encoder(columns, 'quantile', model).encode(probe);
      expect(largestGap(alone, moved)).toBeLessThan(PART + 0.02);
    },
  );

  it.each(lies)('moves the scale of the features between the bounds that are stated', async (lie) => {
    const fourier = smallFederation({ family: 'christoffel', features: 64 });
    const scale = async (members: readonly RowBatch[]) => {
      const { model } = await runFederation(fourier, members, { claim });
      const frequencies = model.tensors.get('map.frequencies') ?? [];
      // The draw is the same: frequencies are normal numbers over σ.
      return 1 / Math.hypot(...frequencies);
    };
    const ratio = (await scale([...honest, lyingRows(lie)])) / (await scale(honest));
    // m: the squared distance of two encoded rows, at most 1 for each number and boolean and 2 for each category.
    const m = 3 + 1 + 2;
    const trace = await traceOf(honest);
    // The encoding moves too, by the bound above, and with it every square of a distance.
    const encoding = 0.25;
    expect(ratio).toBeGreaterThan(Math.sqrt(1 - PART) * (1 - encoding));
    expect(ratio).toBeLessThan(
      Math.sqrt((1 - PART) ** 2 + ((PART - PART ** 2 / 2) * m) / trace) * (1 + encoding),
    );
  });

  /** Rows whose numbers are all lies. */
  function lyingRows(lie: (value: number, row: number) => number): RowBatch {
    const { rows, width, data } = normalRows(200, 50);
    return {
      rows,
      width,
      data: data.map((value, i) =>
        i % width === 2 || i % width === 4 ? value : lie(value, Math.floor(i / width)),
      ),
    };
  }

  /** T, the trace of the covariance of the encoded rows. */
  async function traceOf(members: readonly RowBatch[]): Promise<number> {
    const pool = joinRows(members);
    const encoded = await encodedBy(members, pool);
    let trace = 0;
    for (let column = 0; column < columns.width; column += 1) {
      const values = Array.from(
        { length: pool.rows },
        (_, row) => encoded[row * columns.width + column] ?? 0,
      );
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      trace += values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    }
    return trace;
  }
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

  it('is refused when it has rows outside the bounds that the federation declares', async () => {
    const [bytes, ...others] = FEATURES;
    const bounded = FederationSchema.parse({
      federation: 'bounded',
      features: [{ ...bytes, min: 0, max: 100_000 }, ...others],
      model: { family: 'christoffel', encoding: 'log' },
    });
    const [spans] = familyOf(bounded).steps;
    const inspected = async (value: number) => {
      const rows = normalRows(50, 1);
      rows.data[0] = value;
      const context = { base: EMPTY_SET, seed: 1, progress: () => undefined };
      const trained = await spans?.train(memoryRows(rows), context);
      return trained && spans?.inspect(trained.update, trained.samples);
    };
    for (const inside of [0, 1, 100_000]) expect(await inspected(inside)).toBeUndefined();
    for (const outside of [-1, 1_000_000]) {
      expect(await inspected(outside)).toMatchObject({
        code: 'sums_inconsistent',
        message: expect.stringContaining('0.02 of the rows lie outside 0 … 100000'),
      });
    }
  });

  it('is refused when the samples claimed cannot have these shares', async () => {
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
