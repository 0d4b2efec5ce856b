/** Rounds of every kind of step and of rules that need more than the updates: recomputed while the coordinator serves. */
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { CONTROL } from '../../coordinator/cli/connect.ts';
import { withJournal } from '../../coordinator/cli/journal-source.ts';
import { recomputeRounds } from '../../coordinator/cli/recompute.ts';
import type { UpdateExplanation } from '../../coordinator/core/checks/explain/explain-update.ts';
import { driveConsortium } from '../support/driven-consortium.ts';
import { operate } from '../support/small-consortium.ts';
import { storageFolder } from '../support/storage-folder.ts';

const PATIENCE_MS = 120_000;
const GRADIENTS = { family: 'autoencoder', hidden: [4], rounds: 40, localSteps: 1, batch: 16 };

const folder = storageFolder();
afterAll(() => folder.remove());

const FEDERATIONS: Readonly<Record<string, { changes: Record<string, unknown>; rounds: number }>> = {
  'sums, audited on canaries': { changes: { model: { family: 'christoffel', features: 16 } }, rounds: 4 },
  'gradients clipped around the aggregate before': {
    changes: { model: GRADIENTS, aggregation: { rule: 'centred-clipping' } },
    rounds: 5,
  },
  'gradients in buckets, weighed against root data': {
    changes: { model: GRADIENTS, aggregation: { rule: 'fltrust', before: [{ rule: 'bucketing' }] } },
    rounds: 5,
  },
};

describe('a run of', () => {
  it.each(Object.entries(FEDERATIONS))(
    '%s comes out the same when it is recomputed',
    { timeout: PATIENCE_MS },
    async (name, { changes, rounds }) => {
      const driven = await driveConsortium(join(folder.path, name.replaceAll(/\W+/g, '-')), changes);
      try {
        for (let round = 0; round < rounds; round += 1) await driven.round();
        const { home } = driven.consortium;
        const verified = await withJournal({ home }, (journal) =>
          recomputeRounds({ home }, journal, { from: 1, to: rounds }),
        );
        expect(verified.map(({ round, updates }) => [round, updates])).toEqual(
          Array.from({ length: rounds }, (_, at) => [at + 1, 7]),
        );
        const { json } = await operate(driven.consortium, (connection) =>
          connection.unary(CONTROL.Evidence, { round: rounds, update: 'ada' }),
        );
        const { audit, effects } = JSON.parse(json) as UpdateExplanation;
        // One or the other says what an update does to the canaries.
        expect(audit === null).toBe(effects.length > 0);
      } finally {
        await driven.stop();
      }
    },
  );
});

describe('a verification', () => {
  it('names a round that is not there, and canaries that are not those of the round', {
    timeout: PATIENCE_MS,
  }, async () => {
    const driven = await driveConsortium(join(folder.path, 'other-canaries'), {
      model: { family: 'christoffel', features: 16 },
    });
    try {
      await driven.round();
      const { home } = driven.consortium;
      const verify = (range?: { from: number; to: number }) =>
        withJournal({ home }, (journal) => recomputeRounds({ home }, journal, range));
      expect(await verify()).toHaveLength(1);
      await expect(verify({ from: 1, to: 9 })).rejects.toMatchObject({
        code: 'round_missing',
        message: 'there is no round 9, the newest is 2',
      });
      const canaries = join(home, 'canary-known.csv');
      appendFileSync(canaries, `${readFileSync(canaries, 'utf8').trim().split('\n').at(-1)}\n`);
      await expect(verify()).rejects.toMatchObject({
        code: 'round_invalid',
        message: expect.stringMatching(
          /^round 1: it was screened with the canary file of digest \w{16}, now there is the canary file of digest \w{16}: verify it with those canaries$/,
        ),
      });
    } finally {
      await driven.stop();
    }
  });
});
