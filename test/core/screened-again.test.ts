import { describe, expect, it } from 'vitest';
import { Story } from './story.ts';

const FOUR = ['ada', 'bob', 'cyd', 'dan'];

/** All four have sent; their updates wait to be judged. */
function screening(): Story {
  const story = Story.withMembers(FOUR, { rounds: { min: 3 } });
  story.openRun();
  story.openRound();
  for (const member of FOUR) story.submit(member);
  return story;
}

describe('a screening', () => {
  it('counts for nothing when a member lost its seat meanwhile: those who are left are judged again', () => {
    const story = screening();
    const judgedWithAll = story.screening();
    story.standing('dan', 'suspend');
    expect(story.when(judgedWithAll)).toEqual([]);
    expect(story.state.run?.phase.phase).toBe('screening');
    expect(story.screen().map(({ type }) => type)).toEqual(['cohort_screened']);
  });

  it('leaves its evidence in the journal although it leaves too few for a round', () => {
    const story = screening();
    const { evidence } = story.screening();
    const events = story.screen(['ada', 'bob']);
    expect(events.at(-1)).toMatchObject({ type: 'round_abandoned', data: { evidence } });
  });
});
