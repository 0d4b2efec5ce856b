/** Sums do not care how rows are dealt out: over the real processes, the same model for three members as for one. */
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { dealRows } from '../support/deal-rows.ts';
import { referenceData } from '../support/reference-data.ts';
import { demoSummary } from '../support/run-demo.ts';
import { type StorageFolder, storageFolder } from '../support/storage-folder.ts';

const FEDERATION = ['--federation', 'examples/nsl-kdd/federation.yaml'];

const folders: StorageFolder[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove();
});

describe('the rows of NSL-KDD', () => {
  const reference = referenceData('data/nsl-kdd/orgs');

  it.skipIf(reference === undefined)(
    'give the same model however they are dealt out',
    { timeout: 600_000 },
    async () => {
      const folder = storageFolder();
      folders.push(folder);
      const reached: number[] = [];
      for (const count of [1, 3]) {
        const data = join(folder.path, `dealt-${count}`);
        dealRows(reference ?? '', data, count);
        const { final } = await demoSummary(folder.path, ['--data', data, ...FEDERATION]);
        expect(final.rows).toBe(22_544);
        expect(final.auroc).toBeGreaterThanOrEqual(0.965);
        expect(final.ap).toBeGreaterThanOrEqual(0.97);
        reached.push(final.auroc);
      }
      const [one = 0, three = 1] = reached;
      expect(Math.abs(one - three)).toBeLessThan(1e-4);
    },
  );
});
