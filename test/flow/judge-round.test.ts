import { describe, expect, it } from 'vitest';
import { runIn } from '../../coordinator/flow/context.ts';
import { judgeRound } from '../../coordinator/flow/judge-round.ts';
import type { MeasureJob } from '../../coordinator/ports/compute.ts';
import { Story } from '../core/story.ts';

/** What the updates of the round under way would be measured with. */
async function measuredWith({ state }: Story): Promise<MeasureJob> {
  let asked: MeasureJob | undefined;
  const enough = new Error('asked');
  const compute = {
    measure: async (job: MeasureJob) => {
      asked = job;
      throw enough;
    },
    audit: async () => undefined,
  };
  const blobs = { locate: async (path: string) => ({ path }) };
  const run = runIn(state, 'screening');
  if (run === undefined) throw new Error('nothing is to be screened');
  await expect(judgeRound({ blobs, compute, canaryFile: 'canary.csv' }, state, run)).rejects.toBe(enough);
  if (asked === undefined) throw new Error('nothing was measured');
  return asked;
}

describe('the canaries of a round', () => {
  it('are of everyone who was asked so far, there or not, and of nobody who joined while it is screened', async () => {
    const story = Story.withMembers(['dan', 'cyd', 'bob', 'ada']);
    story.openRun(2);
    story.openRound();
    for (const member of ['ada', 'bob', 'cyd', 'dan']) story.submit(member);
    story.screen();
    story.aggregate();
    story.standing('dan', 'revoke');
    story.openRound();
    for (const member of ['ada', 'bob', 'cyd']) story.submit(member);
    story.enrol('eve');
    const { members, updates } = await measuredWith(story);
    expect(updates.map(({ member }) => member)).toEqual(['ada', 'bob', 'cyd']);
    expect(members).toEqual(['ada', 'bob', 'cyd', 'dan']);
  });
});
