import { DiskBlobs } from '../adapters/blobs/disk.ts';
import { WorkerCompute } from '../adapters/compute/worker-compute.ts';
import { homeOf } from '../config.ts';
import { evolveAll } from '../core/evolve.ts';
import { EMPTY } from '../core/state.ts';
import { recordedEntries } from '../flow/desk.ts';
import { modelNamed, type Verification, verifyModel } from '../flow/verify-model.ts';
import type { Journal } from '../ports/journal.ts';
import type { Common } from './options.ts';

/** Recomputes a version's weights from the members' updates, on the host that holds them. Default: the one in use. */
export async function recompute(
  { home }: Common,
  journal: Journal,
  version: number | undefined,
): Promise<Verification> {
  journal.verify();
  const state = evolveAll(EMPTY, recordedEntries(journal.read(0)));
  const compute = new WorkerCompute();
  try {
    return await verifyModel(
      {
        state,
        journal,
        blobs: await DiskBlobs.open(homeOf(home).blobs),
        compute,
        progress: (done, of) => {
          if (process.stderr.isTTY)
            process.stderr.write(`\rround ${done} of ${of}${done === of ? '\n' : ''}`);
        },
      },
      modelNamed(state, version).version,
    );
  } finally {
    await compute.close();
  }
}
