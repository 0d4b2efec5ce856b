import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../shared/verdict.ts';
import { Story } from './story.ts';

const SIX = ['ada', 'bob', 'cyd', 'dan', 'eve', 'fay'];

const TAKEN_OUT: Verdict = {
  decision: 'reject',
  code: 'canary_audit',
  message: 'without this member the mean rank of scan changes by 0.2 (bound 0.05)',
  findings: [{ check: 'canary-audit', value: 0.2, bound: 0.05, passed: false, message: 'rises by 0.2' }],
};

const types = (events: readonly { readonly type: string }[]) => events.map(({ type }) => type);

/** One round is done, all six have sent to the next. */
function secondRound(min = 3): Story {
  const story = Story.withMembers(SIX, { rounds: { min } });
  story.openRun(2);
  story.completeRound(SIX);
  story.openRound();
  for (const member of SIX) story.submit(member);
  return story;
}

describe('a run whose sums the audit took somebody out of', () => {
  it('begins again from its first base, without them', () => {
    const story = secondRound();
    const { run } = story;
    expect(types(story.screen(['eve', 'fay'], TAKEN_OUT))).toEqual([
      'update_judged',
      'update_judged',
      'round_abandoned',
      'run_restarted',
    ]);
    expect(story.recorded.at(-1)?.data).toMatchObject({ run, without: ['eve', 'fay'] });
    const start = story.recorded.find(({ type }) => type === 'run_opened')?.data;
    expect(story.state.run).toMatchObject({ at: { step: 0, done: 0 }, roundsDone: 0 });
    const opened = story.openRound();
    expect(opened).toMatchObject({ run, round: 3, attempt: 1, cohort: ['ada', 'bob', 'cyd', 'dan'] });
    expect({ base: opened.base }).toEqual({ base: (start as { base: string }).base });
  });

  it('leaves them out until it ends, and asks them again in the next', () => {
    const story = secondRound();
    story.screen(['fay'], TAKEN_OUT);
    story.completeRound(SIX.slice(0, 5));
    story.openRound();
    for (const member of SIX.slice(0, 5)) story.submit(member);
    story.screen(['eve'], TAKEN_OUT);
    expect(story.openRound().cohort).toEqual(['ada', 'bob', 'cyd', 'dan']);
    story.when({ type: 'abort-run', reason: 'enough', by: 'olga' });
    story.openRun();
    expect(story.openRound().cohort).toEqual(SIX);
  });

  it('asks nobody whom the same verdict puts in quarantine, in shadow either', () => {
    const story = Story.withMembers(SIX, { standing: { quarantineAfter: 1 } });
    story.openRun(2);
    story.completeRound(SIX);
    story.openRound();
    for (const member of SIX) story.submit(member);
    story.screen(['fay'], TAKEN_OUT);
    expect(story.recorded.at(-1)).toMatchObject({
      type: 'standing_changed',
      data: { member: 'fay', to: 'quarantined' },
    });
    const opened = story.openRound();
    expect(opened.cohort).toEqual(SIX.slice(0, 5));
    expect(opened.shadow).toBeUndefined();
  });

  it('judges what is done again once, towards quarantine', () => {
    const story = Story.withMembers(SIX, { standing: { quarantineAfter: 2 } });
    const standing = () => story.state.members.get('dan')?.standing;
    const round = (refused: string, members: readonly string[], verdict?: Verdict) => {
      story.openRound();
      for (const member of members) story.submit(member);
      story.screen([refused], verdict);
    };
    story.openRun(2);
    round('dan', SIX);
    story.aggregate();
    round('fay', SIX, TAKEN_OUT);
    const five = SIX.slice(0, 5);
    round('dan', five);
    expect(standing()).toBe('active');
    expect(story.state.members.get('dan')?.conduct.recent).toMatchObject([{ round: 3, outlier: true }]);
    story.aggregate();
    round('dan', five);
    expect(standing()).toBe('quarantined');
  });

  it('goes on where nothing of theirs is in it yet', () => {
    const story = Story.withMembers(SIX, { rounds: { min: 3 } });
    story.openRun();
    story.openRound();
    for (const member of SIX) story.submit(member);
    expect(types(story.screen(['fay'], TAKEN_OUT))).toEqual(['update_judged', 'cohort_screened']);
  });

  it('does not begin again for any other refusal', () => {
    expect(types(secondRound().screen(['fay']))).toEqual(['update_judged', 'cohort_screened']);
  });

  it('does not begin again when most of the members would be left out in the end', () => {
    const story = secondRound();
    story.screen(['eve', 'fay'], TAKEN_OUT);
    const four = SIX.slice(0, 4);
    story.completeRound(four);
    story.openRound();
    for (const member of four) story.submit(member);
    expect(types(story.screen(['dan'], TAKEN_OUT))).toEqual(['update_judged', 'cohort_screened']);
  });

  it('does not begin again with fewer than a round needs', () => {
    expect(types(secondRound(5).screen(['eve', 'fay'], TAKEN_OUT))).toEqual([
      'update_judged',
      'update_judged',
      'round_abandoned',
    ]);
  });
});
