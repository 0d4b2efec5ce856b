import { describe, expect, it } from 'vitest';
import { receivedOf } from '../../coordinator/core/state.ts';
import { inOrder, weigh } from '../../coordinator/flow/weigh.ts';
import type { Blobs } from '../../coordinator/ports/blobs.ts';
import { federationWith, Story } from '../core/story.ts';

const FOUR = ['ada', 'bob', 'cyd', 'dan'];
const blobs: Pick<Blobs, 'locate'> = { locate: async (path) => ({ path }) };

/** All four have sent; `copies` were found to be the same update. */
function screened(copies: readonly string[]): Story {
  const story = Story.withMembers(FOUR);
  story.openRun();
  story.openRound();
  for (const member of FOUR) story.submit(member);
  const command = story.screening();
  const points = command.points.map((point) => ({
    ...point,
    ...(copies.includes(point.member) ? { copyOf: copies[0] ?? '' } : {}),
  }));
  story.when({ ...command, points });
  return story;
}

async function copiesOf({ state }: Story, round: number): Promise<(string | undefined)[]> {
  const phase = state.run?.phase;
  if (phase?.phase !== 'aggregating') throw new Error('nothing is to be combined');
  const received = inOrder(receivedOf(phase.seats));
  const weighed = await weigh(state, federationWith(), blobs, received, { round, step: 'spans' });
  expect(weighed.map(({ influence }) => influence)).toEqual([1, 1, 1, 1]);
  return weighed.map(({ copyOf }) => copyOf);
}

describe('the updates of a round, weighed', () => {
  it('have their full say when none is a copy and nobody was an outlier', async () => {
    expect(await copiesOf(screened([]), 1)).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('say which are copies of each other', async () => {
    expect(await copiesOf(screened(['bob', 'dan']), 1)).toEqual([undefined, 'bob', undefined, 'bob']);
  });

  it('are not held to the copies of a round before', async () => {
    expect(await copiesOf(screened(['bob', 'dan']), 2)).toEqual([undefined, undefined, undefined, undefined]);
  });
});
