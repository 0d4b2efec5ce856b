/** A round that is tried again, or a run that begins again: the same work, whose judgements count once. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quarantinesCounted } from '../../coordinator/core/standing/automation.ts';
import {
  conductAfter,
  influenceOf,
  type JudgedRound,
  NEW_CONDUCT,
  PLACES_REMEMBERED,
} from '../../coordinator/core/standing/conduct.ts';
import type { Verdict } from '../../shared/verdict.ts';
import { dataOf, Story, typesOf } from './story.ts';

const TEN = ['ada', 'bob', 'cyd', 'dan', 'eve', 'fay', 'gus', 'hal', 'ivy', 'joe'];
const POLICY = { memory: 0.9, window: 10 };
const TAKEN_OUT: Verdict = {
  decision: 'reject',
  code: 'canary_audit',
  message: 'without this member the mean rank of scan changes by 0.2 (bound 0.05)',
  findings: [{ check: 'canary-audit', value: 0.2, bound: 0.05, passed: false, message: 'rises by 0.2' }],
};

function consortium(standing: Record<string, unknown> = {}): Story {
  const story = Story.withMembers(TEN, { standing });
  story.openRun(6);
  return story;
}

/** One round in which everyone who is asked sends, and these are refused. */
function roundWith(story: Story, refused: readonly string[] = []) {
  const { cohort, shadow = [] } = story.openRound();
  for (const member of [...shadow, ...cohort]) story.submit(member);
  const events = story.screen(refused);
  story.aggregate();
  return events;
}

/** A round in which the audit takes somebody out: the run begins again. */
function beginAgain(story: Story, without: string): void {
  const { cohort, shadow = [] } = story.openRound();
  for (const member of [...shadow, ...cohort]) story.submit(member);
  expect(typesOf(story.screen([without], TAKEN_OUT))).toContain('run_restarted');
}

function danIn(story: Story) {
  const dan = story.state.members.get('dan');
  if (!dan) throw new Error('nobody is called dan');
  return dan;
}

describe('work done again', () => {
  it('brings no quarantine and costs no say after one that was undone', () => {
    const story = consortium();
    for (let place = 0; place < 3; place += 1) roundWith(story, ['dan']);
    expect(danIn(story).standing).toBe('quarantined');
    story.standing('dan', 'undo');
    const influence = influenceOf(story.state, 'dan');
    beginAgain(story, 'joe');
    for (let place = 0; place < 3; place += 1) roundWith(story, ['dan']);
    expect(danIn(story)).toMatchObject({ standing: 'active', conduct: { recent: [] } });
    expect(influenceOf(story.state, 'dan')).toBe(influence);
    expect(quarantinesCounted(story.state, story.nowMs)).toBe(1);
  });

  it('counts once where the window has gone past it', () => {
    const story = consortium({ window: 2, quarantineAfter: 2 });
    for (const refused of [['dan'], [], []]) roundWith(story, refused);
    beginAgain(story, 'joe');
    const before = danIn(story).conduct;
    roundWith(story, ['dan']);
    expect(danIn(story).conduct).toEqual({ ...before, cleanInRow: 0 });
  });

  it('counts as an outlier where it was clean the first time', () => {
    const story = consortium();
    for (const refused of [[], []]) roundWith(story, refused);
    beginAgain(story, 'joe');
    roundWith(story, ['dan']);
    const { recent } = danIn(story).conduct;
    expect(recent.map(({ place, outlier }) => [place, outlier])).toEqual([
      [1, false],
      [0, true],
    ]);
  });

  it('is followed by a quarantine that a pause had held back', () => {
    const story = consortium();
    story.when({ type: 'change-automation', paused: true, reason: '', by: 'olga' });
    for (let place = 0; place < 3; place += 1) roundWith(story, ['dan']);
    beginAgain(story, 'joe');
    story.when({ type: 'change-automation', paused: false, reason: '', by: 'olga' });
    const influence = influenceOf(story.state, 'dan');
    const changed = dataOf(roundWith(story, ['dan']), 'standing_changed');
    expect(changed).toMatchObject({ member: 'dan', to: 'quarantined' });
    // The work of round 1 was done again in round 5.
    expect(changed.reason).toContain('3 of the last 3 judged rounds (2, 3, 5; bound 3)');
    expect(influenceOf(story.state, 'dan')).toBe(influence);
  });

  it('begins the clean row of a member in quarantine anew as an outlier, and adds nothing to it clean', () => {
    const story = consortium({ quarantineAfter: 1, releaseAfter: 4 });
    for (const refused of [['dan'], [], []]) roundWith(story, refused);
    beginAgain(story, 'joe');
    expect(danIn(story)).toMatchObject({ standing: 'quarantined', conduct: { cleanInRow: 3 } });
    roundWith(story, ['dan']);
    expect(danIn(story).conduct.cleanInRow).toBe(0);
    for (let place = 1; place < 4; place += 1) roundWith(story);
    expect(danIn(story)).toMatchObject({ standing: 'quarantined', conduct: { cleanInRow: 0 } });
    roundWith(story);
    expect(danIn(story).conduct.cleanInRow).toBe(1);
  });

  it('is that of one run: the first place of the next is other work', () => {
    const story = consortium();
    roundWith(story, ['dan']);
    story.when({ type: 'abort-run', reason: '', by: 'olga' });
    story.openRun(6);
    roundWith(story, ['dan']);
    expect(danIn(story).conduct.recent).toHaveLength(2);
    expect([...danIn(story).conduct.work.outlierAt]).toEqual([[0, true]]);
  });

  it('is remembered for the last places of a run', () => {
    let conduct = NEW_CONDUCT;
    for (let place = 0; place <= PLACES_REMEMBERED; place += 1)
      conduct = conductAfter(conduct, { round: place, run: 'run-1', place, outlier: false }, POLICY);
    expect(conduct.work.outlierAt.size).toBe(PLACES_REMEMBERED);
    expect(conduct.work.outlierAt.has(0)).toBe(false);
    expect(conduct.work.outlierAt.has(PLACES_REMEMBERED)).toBe(true);
  });
});

describe('the reputation of a member', () => {
  const judgements = fc.array(fc.record({ place: fc.integer({ min: 0, max: 5 }), outlier: fc.boolean() }), {
    maxLength: 40,
  });

  it('falls no more often than there are places that were ever an outlier, in whatever order they come', () => {
    fc.assert(
      fc.property(judgements, fc.integer({ min: 1, max: 4 }), (judged, window) => {
        let conduct = NEW_CONDUCT;
        let falls = 0;
        for (const [round, { place, outlier }] of judged.entries()) {
          const now: JudgedRound = { round, run: 'run-1', place, outlier };
          const next = conductAfter(conduct, now, { ...POLICY, window });
          // With forgetting below 1, b grows with a counted outlier only.
          if (next.reputation.outlier > conduct.reputation.outlier) falls += 1;
          expect(next.recent.length).toBeLessThanOrEqual(window);
          conduct = { ...next, recent: round % 7 === 6 ? [] : next.recent };
        }
        const outlying = new Set(judged.filter(({ outlier }) => outlier).map(({ place }) => place));
        expect(falls).toBe(outlying.size);
      }),
    );
  });
});
