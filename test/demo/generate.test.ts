import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FEATURES, generate } from '../../examples/demo/generate.ts';
import { parseFederation } from '../../shared/federation/load.ts';
import { storageFolder } from '../support/storage-folder.ts';

const folder = storageFolder();
afterAll(() => folder.remove());

const read = (dir: string, name: string) => readFileSync(join(folder.path, dir, name), 'utf8');
const make = (dir: string, seed = 1) =>
  generate({ dir: join(folder.path, dir), organisations: 3, rows: 200, seed });

describe('generated data', () => {
  it('has the same bytes for the same seed, and others for another', async () => {
    const { organisations } = await make('one');
    await make('two');
    await make('three', 2);
    for (const name of [...organisations.map((one) => `${one}.csv`), 'test.csv', 'canary.csv']) {
      expect(read('two', name)).toBe(read('one', name));
      expect(read('three', name)).not.toBe(read('one', name));
    }
  });

  it('fits the federation file of the example, column by column', async () => {
    const source = readFileSync(new URL('../../examples/demo/federation.yaml', import.meta.url), 'utf8');
    expect(parseFederation(source).features.map(({ name }) => name)).toEqual([...FEATURES]);
  });

  it('holds a kind of attack in the test that no incident and no canary shows', async () => {
    const { organisations } = await make('unseen');
    const seen = [...organisations.map((name) => `${name}.incidents.csv`), 'canary.csv'];
    expect(read('unseen', 'test.csv')).toContain(',beacon,');
    for (const name of seen) expect(read('unseen', name)).not.toContain(',beacon,');
  });
});
