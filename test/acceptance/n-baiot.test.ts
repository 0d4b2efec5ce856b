/** Real devices, over the real processes: ten clients whose traffic differs, scored one by one. */
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { writeNBaiot } from '../support/n-baiot-folder.ts';
import { referenceData } from '../support/reference-data.ts';
import { demoSummary } from '../support/run-demo.ts';
import { type StorageFolder, storageFolder } from '../support/storage-folder.ts';

/** The target set for christoffel; Mahalanobis on the pooled rows reaches .947, alone .923. */
const LEAST_MEAN_AUROC = 0.945;

const folders: StorageFolder[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove();
});

describe('the ten clients of N-BaIoT, each with its own devices', () => {
  const reference = referenceData('data/n-baiot/noniid-10-Client_Data');

  it.skipIf(reference === undefined)(
    'are served by one christoffel model better than any of them alone',
    { timeout: 600_000 },
    async () => {
      const folder = storageFolder();
      folders.push(folder);
      const data = join(folder.path, 'n-baiot');
      const { federationFile, scorable } = writeNBaiot(reference ?? '', data);
      const { final } = await demoSummary(folder.path, ['--data', data, '--federation', federationFile]);
      expect(scorable).toHaveLength(7);
      const aurocs = scorable.map((name) => final.perOrganisation[name]?.auroc ?? 0);
      const mean = aurocs.reduce((sum, auroc) => sum + auroc, 0) / aurocs.length;
      console.info(`N-BaIoT non-IID, mean AUROC of ${aurocs.length} clients: ${mean.toFixed(4)}`);
      expect(mean).toBeGreaterThanOrEqual(LEAST_MEAN_AUROC);
    },
  );
});
