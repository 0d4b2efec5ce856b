/** One run of a small consortium whose coordinator may be killed on the way, as often as wanted. */
import type { CrashPoint } from '../../coordinator/flow/crash-points.ts';
import type { RoundRecord } from '../../shared/wire/generated/vedette/v1/RoundRecord.ts';
import { type CoordinatorProcess, type Exit, startCoordinator } from '../support/coordinator-process.ts';
import { startNodes } from '../support/member-nodes.ts';
import {
  type Consortium,
  enrolMembers,
  foundConsortium,
  modelsOf,
  openRun,
  roundsOf,
} from '../support/small-consortium.ts';
import { waitFor } from '../support/wait-for.ts';

export type Kill = CrashPoint | `${CrashPoint}:${number}`;

export interface Outcome {
  /** Digest of the promoted weights. */
  readonly weights: string;
  readonly threshold: number;
  readonly rounds: readonly RoundRecord[];
  /** How each of the killed coordinators ended, in order. */
  readonly deaths: readonly Exit[];
}

/** A consortium of three that has enrolled and rests; its coordinator is down. */
export async function restingConsortium(
  folder: string,
  federation: Record<string, unknown>,
): Promise<Consortium> {
  const founded = await foundConsortium(folder, federation);
  const coordinator = await startCoordinator(founded);
  const consortium = await enrolMembers(founded, ['ada', 'bob', 'cyd']);
  const nodes = await startNodes(consortium);
  for (const node of nodes) await node.stop();
  await coordinator.stop();
  return consortium;
}

/**
 * Opens a run and sees it to its model. The coordinator is told to kill itself at each label in turn, and is started
 * again each time with the next one; nobody does anything else. A coordinator that outlives its label to the end of
 * the run leaves one death fewer.
 */
export async function runThrough(consortium: Consortium, kills: readonly Kill[]): Promise<Outcome> {
  const waiting = [...kills];
  const deaths: Exit[] = [];
  let coordinator = await startNext(consortium, waiting);
  const nodes = await startNodes(consortium);
  let over = false;
  const keepAlive = async () => {
    while (!over) {
      const exit = await coordinator.exited;
      if (over) return;
      deaths.push(exit);
      coordinator = await startNext(consortium, waiting);
    }
  };
  const alive = keepAlive();
  try {
    await openRunOnce(consortium);
    const model = await waitFor(async () =>
      (await modelsOf(consortium)).models.find(({ state }) => state === 'current'),
    );
    const { rounds } = await waitFor(() => roundsOf(consortium));
    return { weights: model.model?.weights ?? '', threshold: model.model?.threshold ?? 0, rounds, deaths };
  } finally {
    over = true;
    for (const node of nodes) await node.stop();
    await coordinator.stop();
    await alive;
  }
}

function startNext(consortium: Consortium, waiting: Kill[]): Promise<CoordinatorProcess> {
  const crashAt = waiting.shift();
  return startCoordinator(consortium, crashAt ? { crashAt } : {});
}

/** The coordinator may die of this very call; what counts is that the run is in its journal. */
async function openRunOnce(consortium: Consortium): Promise<void> {
  await openRun(consortium).catch(async (error: unknown) => {
    // By the time it is asked again the run may be under way, or over.
    const { run, rounds } = await waitFor(() => roundsOf(consortium));
    if (run === '' && rounds.length === 0) throw error;
  });
}
