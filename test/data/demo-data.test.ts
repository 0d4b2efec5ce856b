import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkData } from '../../client/data/check-data.ts';
import { loadIncidents } from '../../client/data/incidents.ts';
import { SitePolicySchema } from '../../client/data/site-policy.ts';
import { FEATURES, type Generated, generate } from '../../examples/demo/generate.ts';
import { parseFederation } from '../../shared/federation/load.ts';
import { dataFolder } from '../support/data-folder.ts';
import { referenceData } from '../support/reference-data.ts';

const folder = dataFolder();
afterAll(() => folder.remove());

const example = (name: string) =>
  parseFederation(
    readFileSync(new URL(`../../examples/${name}/federation.yaml`, import.meta.url), 'utf8'),
    name,
  );
const digests = (dir: string) =>
  readdirSync(dir)
    .sort()
    .map((file) =>
      createHash('sha256')
        .update(readFileSync(join(dir, file)))
        .digest('hex'),
    );
const lines = (path: string) =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));

describe('generated demonstration data', () => {
  const dir = join(folder.path, 'demo');
  let made: Generated;
  beforeAll(async () => {
    made = await generate({ dir, organisations: 9, rows: 600, seed: 7 });
  });

  it('is the same for the same seed and another for another', async () => {
    await generate({ dir: join(folder.path, 'again'), organisations: 9, rows: 600, seed: 7 });
    await generate({ dir: join(folder.path, 'other'), organisations: 9, rows: 600, seed: 8 });
    expect(digests(join(folder.path, 'again'))).toEqual(digests(dir));
    const other = new Set(digests(join(folder.path, 'other')));
    expect(digests(dir).filter((digest) => other.has(digest))).toEqual([]);
  });

  it('has the features of its federation file, and passes the data checks of every organisation', async () => {
    const federation = example('demo');
    expect(federation.features.map((feature) => feature.name)).toEqual([...FEATURES]);
    for (const name of made.organisations) {
      const source = { path: join(dir, `${name}.csv`), header: true };
      const report = await checkData(
        source,
        federation,
        SitePolicySchema.parse({}),
        join(folder.path, 'homes', name),
      );
      expect(report).toMatchObject({ verdict: 'accepted', rows: { bad: 0 }, columns: { extra: [] } });
      expect(report.rows.read).toBeGreaterThanOrEqual(400);
      expect(report.rows.read).toBeLessThanOrEqual(800);
      const incidents = await loadIncidents(join(dir, `${name}.incidents.csv`), federation);
      expect(incidents.rows.rows).toBeGreaterThanOrEqual(100);
      expect(incidents.labels).not.toContain('normal');
    }
  });

  it('knows every category it writes', () => {
    const vocabularies = example('demo').features.flatMap((feature) =>
      feature.type === 'category' ? [feature] : [],
    );
    const [header = [], ...rows] = lines(made.testFile);
    for (const { name, values } of vocabularies) {
      const seen = new Set(rows.map((row) => row[header.indexOf(name)]));
      expect([...seen].filter((value) => !values.includes(value ?? ''))).toEqual([]);
    }
  });

  it('tests every organisation on normal events and on all six families, one of them known to nobody', () => {
    const [header = [], ...rows] = lines(made.testFile);
    expect(header).toEqual(['org', ...FEATURES, 'label', 'category', 'attack']);
    for (const name of made.organisations) {
      const own = rows.filter((row) => row[0] === name);
      expect(own.filter((row) => row.at(-1) === '0')).toHaveLength(700);
      expect(new Set(own.filter((row) => row.at(-1) === '1').map((row) => row.at(-3))).size).toBe(6);
    }
    const canaries = new Set(lines(made.canaryFile).map((row) => row.at(-2)));
    expect(canaries).toContain('normal');
    expect(canaries).not.toContain('beacon');
  });
});

describe('the NSL-KDD federation file', () => {
  const federation = example('nsl-kdd');

  it('declares the 41 features', () => {
    expect(federation.features).toHaveLength(41);
  });

  const data = referenceData('data/nsl-kdd/orgs-pure');
  it.skipIf(data === undefined)('fits the rows of every organisation, all categories known', async () => {
    const closed = {
      ...federation,
      features: federation.features.map((feature) =>
        feature.type === 'category' ? { ...feature, unknown: 'refuse' as const } : feature,
      ),
    };
    for (const file of readdirSync(data ?? '').filter(
      (name) => /^[a-z]+\.csv$/.test(name) && name !== 'test.csv',
    )) {
      const source = { path: join(data ?? '', file), header: true };
      const report = await checkData(
        source,
        closed,
        SitePolicySchema.parse({}),
        join(folder.path, 'nsl', file),
      );
      expect(report).toMatchObject({ verdict: 'accepted', rows: { bad: 0 }, columns: { extra: [] } });
    }
  });
});
