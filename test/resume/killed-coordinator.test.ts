/**
 * The coordinator, a real process over real TLS, kills itself with SIGKILL at a labelled step. A second start must
 * bring the run to its end by itself, with the same weights, byte for byte, as a run in which nothing died.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CRASH_POINTS, type CrashPoint } from '../../coordinator/flow/crash-points.ts';
import { type Consortium, copyConsortium, definition } from '../support/small-consortium.ts';
import { storageFolder } from '../support/storage-folder.ts';
import { type Kill, type Outcome, restingConsortium, runThrough } from './killed-consortium.ts';

const folder = storageFolder();
afterAll(() => folder.remove());

/** Updates of several chunks: there is a half-way only where an upload takes more than one. */
const AUTOENCODER = definition({
  model: { family: 'autoencoder', hidden: [640, 480, 640], rounds: 3, localSteps: 2, batch: 16 },
  aggregation: { rule: 'weighted-mean' },
  rounds: { min: 3, openFor: '30m', grace: '20s', idle: '20s' },
});

/** Passings after the first, so that coordinators also die in later rounds and between updates of one round. */
const LATER_PASSINGS: Readonly<Partial<Record<CrashPoint, number>>> = {
  'round-opened': 3,
  'upload-durable': 2,
  'update-journalled': 3,
  'receipt-signed': 5,
  'evidence-written': 2,
  'cohort-screened': 2,
  'aggregate-adopted': 4,
  'round-aggregated': 3,
  'vote-journalled': 2,
};

/** Updates of `christoffel` with 16 features fit into one chunk: they have no half-way. */
const SINGLE_KILLS = CRASH_POINTS.filter((label) => label !== 'upload-half-way').map(
  (label): Kill => `${label}:${LATER_PASSINGS[label] ?? 1}`,
);

/** A start takes seconds, and members come back with growing pauses: on a busy machine much longer. */
const PATIENCE_MS = 180_000;

function expectSameModel(outcome: Outcome, undisturbed: Outcome): void {
  expect(outcome.weights).toBe(undisturbed.weights);
  expect(outcome.threshold).toBe(undisturbed.threshold);
  expect(outcome.rounds.map(({ result }) => result)).toEqual(undisturbed.rounds.map(({ result }) => result));
  expect(outcome.rounds.every(({ outcome: end, accepted }) => end === 'aggregated' && accepted === 3)).toBe(
    true,
  );
}

describe('a coordinator of the christoffel family, killed once', () => {
  let resting: Consortium;
  let undisturbed: Outcome;

  beforeAll(async () => {
    resting = await restingConsortium(join(folder.path, 'sums'), definition());
    undisturbed = await runThrough(await copyConsortium(resting, join(folder.path, 'sums-undisturbed')), []);
  }, PATIENCE_MS);

  it.concurrent.each(SINGLE_KILLS)(
    'resumes by itself after SIGKILL at %s',
    { timeout: PATIENCE_MS },
    async (kill) => {
      const consortium = await copyConsortium(resting, join(folder.path, `sums-${kill.replace(':', '-')}`));
      const outcome = await runThrough(consortium, [kill]);
      expect(outcome.deaths.map(({ signal }) => signal)).toEqual(['SIGKILL']);
      expectSameModel(outcome, undisturbed);
    },
  );
});

describe('a coordinator of the autoencoder family', () => {
  let resting: Consortium;
  let undisturbed: Outcome;

  beforeAll(async () => {
    resting = await restingConsortium(join(folder.path, 'gradients'), AUTOENCODER);
    undisturbed = await runThrough(
      await copyConsortium(resting, join(folder.path, 'gradients-undisturbed')),
      [],
    );
  }, PATIENCE_MS);

  it('survives being killed at every label, one after the other, within one run', {
    timeout: 2 * PATIENCE_MS,
  }, async () => {
    const consortium = await copyConsortium(resting, join(folder.path, 'gradients-killed'));
    const outcome = await runThrough(consortium, CRASH_POINTS);
    expect(outcome.deaths.map(({ signal }) => signal)).toEqual(CRASH_POINTS.map(() => 'SIGKILL'));
    expectSameModel(outcome, undisturbed);
  });
});
