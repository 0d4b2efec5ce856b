import { statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkData, openCheckedRows } from '../../client/data/check-data.ts';
import { divergence } from '../../client/data/checks/drift.ts';
import { badRowsCheck } from '../../client/data/checks/size.ts';
import { type DataReport, renderDataReport } from '../../client/data/data-report.ts';
import { openEncodedRows } from '../../client/data/encoded-rows.ts';
import { loadIncidents } from '../../client/data/incidents.ts';
import { RepeatFilter } from '../../client/data/repeat-filter.ts';
import { SitePolicySchema } from '../../client/data/site-policy.ts';
import { Random } from '../../shared/learning/random.ts';
import {
  type DataFolder,
  dataFolder,
  SMALL_HEADER,
  smallFederation,
  smallRows,
} from '../support/data-folder.ts';
import { refusalOfAsync } from '../support/refusal-of.ts';

let folder: DataFolder;
let home: string;
beforeEach(() => {
  folder = dataFolder();
  home = join(folder.path, 'home');
});
afterEach(() => folder.remove());

const federation = smallFederation();

function check(
  rows: readonly string[],
  policy: Record<string, unknown> = {},
  options = {},
  header = SMALL_HEADER,
): Promise<DataReport> {
  const path = folder.write('events.csv', `${header}\n${rows.join('\n')}\n`);
  return checkData({ path, header: true }, federation, SitePolicySchema.parse(policy), home, options);
}

const codesOf = (report: DataReport) => report.refusals.map((refusal) => refusal.code);

describe('a data check', () => {
  it('accepts good rows and says what would be trained on', async () => {
    const report = await check(
      smallRows(300).map((row) => `${row},x`),
      {},
      {},
      `${SMALL_HEADER},comment`,
    );
    expect(report).toMatchObject({
      verdict: 'accepted',
      refusals: [],
      findings: [],
      columns: { extra: ['comment'] },
    });
    expect(report.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    const rows = await openCheckedRows(report, federation, home);
    expect(rows.training.count + rows.heldBack.count).toBe(300);
    await rows.close();
  });

  it('lists missing and doubled columns', async () => {
    const report = await check(['1,2,3'], {}, {}, 'bytes,bytes,service');
    expect(codesOf(report)).toEqual(['data_columns']);
    expect(report.refusals[0]?.facts).toMatchObject({ missing: 'rate, night', twice: 'bytes' });
  });

  it('refuses cells that are empty, infinite, no number or out of range, each with file, line and column', async () => {
    const bad = [
      'NaN,0,web,0',
      '1,Infinity,web,0',
      '-1,0,web,0',
      '1,1.5,web,0',
      ',0,web,0',
      '1e39,0,web,0',
      '1,0,web,maybe',
      '1,0,web',
    ];
    const report = await check([...smallRows(200), ...bad]);
    expect(codesOf(report)).toEqual(['data_cell']);
    expect(report.rows.bad).toBe(bad.length);
    expect(report.findings.map((finding) => finding.line)).toEqual(bad.map((_, index) => 202 + index));
    expect(report.findings.map((finding) => finding.column)).toEqual([
      'bytes',
      'rate',
      'bytes',
      'rate',
      'bytes',
      'bytes',
      'night',
      undefined,
    ]);
    expect(report.findings[3]).toMatchObject({
      at: expect.stringMatching(/events\.csv:205$/),
      value: '1.5',
      message: expect.stringContaining('max 1'),
    });
    expect((await refusalOfAsync(() => openCheckedRows(report, federation, home))).code).toBe('data_cell');
  });

  it('lists twenty bad records and counts them all', async () => {
    const report = await check([...smallRows(200), ...Array.from({ length: 55 }, () => 'x,0,web,0')]);
    expect(report.findings).toHaveLength(20);
    expect(report.rows.bad).toBe(55);
  });

  it('skips and counts bad records where the policy says so', async () => {
    const report = await check([...smallRows(200), 'NaN,0,web,0'], { onBadRow: 'skip' });
    expect(report).toMatchObject({ verdict: 'accepted', rows: { read: 201, bad: 1 } });
    expect(report.checks.find(({ name }) => name === 'rows')).toMatchObject({
      passed: false,
      refuses: false,
      value: 1,
    });
  });

  it('takes an unknown category for "other", or refuses it, as its feature says', async () => {
    expect((await check([...smallRows(200), '1,0,ftp,0'])).verdict).toBe('accepted');
    const closed = smallFederation({
      features: federation.features.map((feature) =>
        feature.type === 'category' ? { ...feature, unknown: 'refuse' } : feature,
      ),
    });
    const path = join(folder.path, 'events.csv');
    const report = await checkData({ path, header: true }, closed, SitePolicySchema.parse({}), home);
    expect(report.findings[0]).toMatchObject({ column: 'service', value: 'ftp', line: 202 });
  });

  it('refuses a file without rows and one that is not there', async () => {
    expect(codesOf(await check([]))).toEqual(['data_empty']);
    const report = await checkData(
      { path: join(folder.path, 'absent.csv'), header: true },
      federation,
      SitePolicySchema.parse({}),
      home,
    );
    expect(codesOf(report)).toEqual(['data_missing']);
  });

  it('refuses fewer rows than the site asks for, and to train at all when the site says so', async () => {
    expect(codesOf(await check(smallRows(99)))).toEqual(['data_empty']);
    expect(codesOf(await check(smallRows(300), { train: false }))).toEqual(['policy_refused']);
  });

  it('refuses a flood of equal rows', async () => {
    const flood = Array.from({ length: 400 }, () => '5,0.5,web,1');
    const report = await check([...smallRows(200), ...flood]);
    expect(codesOf(report)).toEqual(['data_duplicates']);
    expect(report.checks.find(({ name }) => name === 'duplicates')).toMatchObject({
      value: 399 / 600,
      bound: 0.5,
    });
    expect((await check([...smallRows(200), ...flood], { maxDuplicateShare: 0.7 })).verdict).toBe('accepted');
  });
});

describe('drift', () => {
  const shifted = smallRows(400).map((row) => row.replace(/,(web|mail),/, ',mail,'));

  it('is measured against the data accepted first, which stays the reference', async () => {
    expect((await check(smallRows(400))).drift).toEqual([]);
    expect((await check(smallRows(400, 3))).verdict).toBe('accepted');
    const report = await check(shifted);
    expect(codesOf(report)).toEqual(['data_drift']);
    expect(report.drift[0]?.feature).toBe('service');
    expect((await check(smallRows(400, 6))).verdict).toBe('accepted');
  });

  it('moves its reference when a person accepts', async () => {
    await check(smallRows(400));
    expect((await check(shifted, {}, { acceptDrift: true })).verdict).toBe('accepted');
    expect((await check(shifted)).verdict).toBe('accepted');
    expect(codesOf(await check(smallRows(400)))).toEqual(['data_drift']);
  });

  it('only warns where the site says so, and then does not move the reference', async () => {
    await check(smallRows(400));
    expect((await check(shifted, { onDrift: 'warn' })).verdict).toBe('accepted');
    expect(codesOf(await check(shifted))).toEqual(['data_drift']);
  });

  it("does not accept anything but drift on a person's word", async () => {
    await check(smallRows(400));
    expect(codesOf(await check([...shifted, 'NaN,0,web,0'], {}, { acceptDrift: true }))).toEqual([
      'data_cell',
    ]);
  });

  it('keeps the reference to its user', async () => {
    await check(smallRows(400));
    expect(statSync(join(home, 'fingerprint.json')).mode & 0o777).toBe(0o600);
  });

  const histogram = fc
    .uniqueArray(fc.tuple(fc.integer({ min: -20, max: 20 }), fc.integer({ min: 1, max: 1_000_000 })), {
      selector: ([cell]) => cell,
      minLength: 1,
    })
    .map((cells) => cells as [number, number][]);

  it('is zero against itself, symmetric and at most one bit', () => {
    fc.assert(
      fc.property(histogram, histogram, (one, other) => {
        expect(divergence(one, one)).toBe(0);
        expect(divergence(one, other)).toBeCloseTo(divergence(other, one), 10);
        expect(divergence(one, other)).toBeGreaterThanOrEqual(0);
        expect(divergence(one, other)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('does not take the chance of small samples for drift', () => {
    const random = new Random('drift', 1);
    const sample = (): [number, number][] => {
      const counts = new Array<number>(50).fill(0);
      for (let row = 0; row < 400; row += 1) {
        const cell = random.below(50);
        counts[cell] = (counts[cell] ?? 0) + 1;
      }
      return counts.flatMap((count, cell) => (count > 0 ? [[cell, count] as [number, number]] : []));
    };
    const mean = Array.from({ length: 50 }, () => divergence(sample(), sample())).reduce(
      (sum, bits) => sum + bits / 50,
      0,
    );
    // Uncorrected it would be 49 · (1/400 + 1/400) / (8 ln 2) = 0.044.
    expect(mean).toBeLessThan(0.015);
  });

  it('has the value of the definition', () => {
    // P = (3/4, 1/4), Q = (1/4, 3/4): JS = 1 − H(1/4) with H(1/4) = 0.8112781… bits; a million rows leave no bias.
    expect(
      divergence(
        [
          [0, 750_000],
          [1, 250_000],
        ],
        [
          [0, 250_000],
          [1, 750_000],
        ],
      ),
    ).toBeCloseTo(1 - 0.8112781244591328, 5);
    expect(divergence([[0, 1_000_000]], [[1, 1_000_000]])).toBeCloseTo(1, 5);
  });
});

describe('a fingerprint', () => {
  it('does not depend on the order of the rows, and changes with them', async () => {
    const forward = await check(smallRows(300));
    const backward = await check(smallRows(300).toReversed());
    expect(backward.fingerprint).toBe(forward.fingerprint);
    expect((await check(smallRows(301))).fingerprint).not.toBe(forward.fingerprint);
  });
});

describe('the filter for repeated rows', () => {
  it('finds every repeat and takes few fresh rows for one', () => {
    const filter = new RepeatFilter();
    const row = (number: number) => Float32Array.of(number, Math.sqrt(number), number % 7);
    let mistaken = 0;
    for (let number = 0; number < 200_000; number += 1) if (filter.seenBefore(row(number))) mistaken += 1;
    expect(mistaken).toBeLessThan(20);
    for (let number = 0; number < 200_000; number += 97) expect(filter.seenBefore(row(number))).toBe(true);
  });
});

describe('the check of unreadable records', () => {
  it('counts one in the singular', () => {
    const policy = SitePolicySchema.parse({});
    expect(badRowsCheck(1, 'events.csv:3: no number', policy).message).toBe(
      '1 record is not a row: events.csv:3: no number',
    );
    expect(badRowsCheck(2, 'events.csv:3', policy).message).toBe(
      '2 records are not rows, the first events.csv:3',
    );
  });
});

describe('a data report for a person', () => {
  it('names the verdict, the counts, the bad lines, the drift and what to do', async () => {
    await check(smallRows(400));
    const rows = smallRows(400).map((row) => row.replace('web', 'mail'));
    const text = renderDataReport(await check([...rows, 'NaN,0,web,0']));
    for (const part of [
      /: refused$/m,
      /records read +401/,
      /unreadable +1/,
      /events\.csv:402: .*NaN/,
      /Largest drift:\n +service/,
      /data_cell: /,
      /data_drift: /,
      /data check --accept/,
    ]) {
      expect(text).toMatch(part);
    }
  });
});

describe('known incidents', () => {
  const header = `${SMALL_HEADER},label,category`;

  it('are loaded with their labels, wherever their values lie', async () => {
    const path = folder.write('incidents.csv', `${header}\n1,0.5,web,0,scan,probe\n9,7,ftp,1,theft,leak\n`);
    const incidents = await loadIncidents(path, federation);
    expect(incidents.labels).toEqual(['scan', 'theft']);
    expect(incidents.categories).toEqual(['probe', 'leak']);
    expect([...incidents.rows.data]).toEqual([1, 0.5, 0, 0, 9, 7, 2, 1]);
  });

  it('are refused with the first record that is not a row', async () => {
    const path = folder.write('incidents.csv', `${header}\n1,0.5,web,0,scan,probe\nx,0,web,1,theft,leak\n`);
    const refusal = await refusalOfAsync(() => loadIncidents(path, federation));
    expect(refusal).toMatchObject({ code: 'data_cell', message: expect.stringContaining('incidents.csv:3') });
  });
});

describe('rows of cells', () => {
  it('name good and bad records, line by line', async () => {
    const path = folder.write('events.csv', `${SMALL_HEADER}\n1,0.5,web,0\nx,0,web,1\n-0,0,mail,true\n`);
    const { batches } = await openEncodedRows({
      source: { path, header: true },
      features: federation.features,
    });
    for await (const { batch, lines, findings } of batches) {
      expect([...batch.data]).toEqual([1, 0.5, 0, 0, 0, 0, 1, 1]);
      expect(lines).toEqual([2, 4]);
      expect(findings).toMatchObject([{ line: 3, column: 'bytes', value: 'x' }]);
    }
  });
});
