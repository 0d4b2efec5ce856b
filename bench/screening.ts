/**
 * Screening of a cohort as a coordinator does it: one pass over the bytes for all measures, then every detector; as a
 * ratio to reading the files into memory, all of them, from the page cache. The bytes only streamed through one small
 * buffer, which no use of them could be as fast as, are given beside it.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureFiles } from '../coordinator/adapters/compute/measure.ts';
import { screenCohort } from '../coordinator/core/checks/cohort.ts';
import { policyForSize } from '../coordinator/core/checks/size-policy.ts';
import { validateFederation } from '../shared/federation/load.ts';
import { fastest, layoutOf, plainReadSeconds, updatePath, writeUpdates } from './noise-files.ts';

const UPDATES = 50;
const RUNS = 7;
/** The bound that the project set itself. */
const MOST_READS = 5;

/** Prints a line, or JSON; whether the bound was kept. */
export async function measureScreening(parameters: number, json: boolean): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-bench-'));
  try {
    writeUpdates(folder, UPDATES, parameters);
    const { checks } = validateFederation({
      federation: 'bench',
      features: [{ name: 'x', type: 'numeric' }],
      model: { family: 'autoencoder' },
    });
    let measures = await measure(folder, parameters);
    const streamSeconds = await fastest(RUNS, () => plainReadSeconds(folder, UPDATES));
    const readSeconds = await fastest(RUNS, () => readAll(folder));
    const measureSeconds = await fastest(RUNS, async () => {
      measures = await measure(folder, parameters);
    });
    const input = {
      round: 1,
      step: 'gradients',
      gradients: true,
      updates: measures.members.map((member, index) => ({
        member,
        update: member,
        samples: 1000,
        norm: Math.sqrt(measures.gram[index]?.[index] ?? 0),
        metrics: {},
      })),
      measures,
      audit: undefined,
      trails: new Map(),
      checks,
      size: policyForSize(UPDATES),
    };
    const judgeSeconds = await fastest(RUNS, () => screenCohort(input));
    const reads = (measureSeconds + judgeSeconds) / readSeconds;
    const result = {
      parameters,
      updates: UPDATES,
      streamSeconds,
      readSeconds,
      measureSeconds,
      judgeSeconds,
      reads,
    };
    if (json) console.log(JSON.stringify({ ...result, reached: reads < MOST_READS }, null, 2));
    else print(result);
    return reads < MOST_READS;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Kept until the last is there: memory that is given back between two files is the same for all, and warm. */
function readAll(folder: string): Buffer[] {
  return Array.from({ length: UPDATES }, (_, index) => readFileSync(updatePath(folder, index)));
}

function measure(folder: string, parameters: number) {
  return measureFiles({
    updates: Array.from({ length: UPDATES }, (_, index) => ({
      member: `member-${String(index).padStart(2, '0')}`,
      update: { path: updatePath(folder, index) },
    })),
    references: [{ name: 'previous', source: { path: updatePath(folder, 0) } }],
    layout: layoutOf(parameters),
  });
}

function print(result: {
  readonly parameters: number;
  readonly streamSeconds: number;
  readonly readSeconds: number;
  readonly measureSeconds: number;
  readonly judgeSeconds: number;
  readonly reads: number;
}): void {
  const ms = (seconds: number) => `${(seconds * 1000).toFixed(0)} ms`;
  console.log(
    `screening ${UPDATES} updates of ${result.parameters / 1e6} M parameters on ${availableParallelism()} cores: ` +
      `measures ${ms(result.measureSeconds)}, detectors ${ms(result.judgeSeconds)}; reading the files ` +
      `${ms(result.readSeconds)} (streaming their bytes ${ms(result.streamSeconds)}): ${result.reads.toFixed(1)} reads (bound ${MOST_READS}): ` +
      `${result.reads < MOST_READS ? 'reached' : 'MISSED'}`,
  );
}
