/** Recomputation on the host that holds journal and blobs, with the coordinator running or not. */
import { existsSync } from 'node:fs';
import { DiskBlobs } from '../adapters/blobs/disk.ts';
import { WorkerCompute } from '../adapters/compute/worker-compute.ts';
import { type Home, homeOf } from '../config.ts';
import { evolveAll } from '../core/evolve.ts';
import { foundedFederation } from '../core/run/decide-run.ts';
import { EMPTY } from '../core/state.ts';
import { recordedEntries } from '../flow/desk.ts';
import { modelNamed, type Verification, verifyModel } from '../flow/verify-model.ts';
import { EVERY_ROUND, type RoundVerification, type VerifyMeans, verifyRounds } from '../flow/verify-round.ts';
import { canaryPath } from '../init.ts';
import type { Journal } from '../ports/journal.ts';
import type { Common } from './options.ts';

/** A version's weights from the members' updates. Default: the one in use. */
export async function recomputeModel(
  { home }: Common,
  journal: Journal,
  version: number | undefined,
): Promise<Verification> {
  const state = evolveAll(EMPTY, recordedEntries(journal.read(0)));
  const wanted = modelNamed(state, version).version;
  return withMeans(homeOf(home), journal, (means) => verifyModel({ ...means, state }, wanted));
}

/** The rounds of a range, else every one: measures, verdicts, evidence, weights, aggregates and bases. */
export async function recomputeRounds(
  { home }: Common,
  journal: Journal,
  range: { readonly from: number; readonly to: number } | undefined,
): Promise<RoundVerification[]> {
  const { from, to } = range ?? { from: 0, to: EVERY_ROUND };
  return withMeans(homeOf(home), journal, (means) => verifyRounds(means, from, to));
}

async function withMeans<T>(
  home: Home,
  journal: Journal,
  work: (means: VerifyMeans) => Promise<T>,
): Promise<T> {
  journal.verify();
  const federation = foundedFederation(evolveAll(EMPTY, recordedEntries(journal.read(0, 1))));
  const canaryFile = canaryPath(home, federation);
  const compute = new WorkerCompute();
  try {
    return await work({
      journal,
      blobs: await DiskBlobs.open(home.blobs),
      compute,
      canaryFile: canaryFile !== undefined && existsSync(canaryFile) ? canaryFile : undefined,
      progress: showProgress,
    });
  } finally {
    await compute.close();
  }
}

function showProgress(done: number, of: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\rround ${done} of ${of}${done === of ? '\n' : ''}`);
}
