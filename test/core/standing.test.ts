import { describe, expect, it } from 'vitest';
import { quarantinesCounted } from '../../coordinator/core/standing/automation.ts';
import { influenceOf } from '../../coordinator/core/standing/conduct.ts';
import { NO_TRAIL, TRAIL_ROUNDS } from '../../coordinator/core/standing/trail.ts';
import type { Verdict } from '../../shared/verdict.ts';
import { dataOf, OUTLIER, Story, typesOf } from './story.ts';

const ALL = ['ada', 'bob', 'cyd', 'dan', 'eve'];
const DAY_MS = 86_400_000;
const KEPT_OUT: Verdict = { ...OUTLIER, decision: 'quarantine' };

/** Five members, quarantine at the second outlier of the last three, release after two clean rounds. */
function consortium(standing: Record<string, unknown> = {}, changes: Record<string, unknown> = {}): Story {
  const policy = { quarantineAfter: 2, window: 3, releaseAfter: 2, budget: { quarantines: 2 }, ...standing };
  const story = Story.withMembers(ALL, { standing: policy, ...changes });
  story.openRun(100);
  return story;
}

/** One round in which everyone who is asked sends, and these are refused; what the screening brought about. */
function roundWith(story: Story, refused: readonly string[] = [], verdict: Verdict = OUTLIER) {
  const { cohort, shadow = [] } = story.openRound();
  for (const member of [...shadow, ...cohort]) story.submit(member);
  const events = story.screen(refused, verdict);
  story.aggregate();
  return events;
}

function memberOf(story: Story, id: string) {
  const member = story.state.members.get(id);
  if (!member) throw new Error(`nobody is called ${id}`);
  return member;
}

/** Quarantined by itself after two outliers. */
function withEveInQuarantine(standing: Record<string, unknown> = {}): Story {
  const story = consortium(standing);
  roundWith(story, ['eve']);
  roundWith(story, ['eve']);
  return story;
}

describe('a reputation', () => {
  it('is whole until the first outlier, and new members begin with it', () => {
    const story = consortium();
    expect(influenceOf(story.state, 'ada')).toBe(1);
    roundWith(story);
    expect(influenceOf(story.state, 'ada')).toBe(1);
  });

  it('falls with an outlier by Beta(a, b) with forgetting, and comes back with clean rounds', () => {
    const story = consortium({ memory: 0.9, quarantineAfter: 100 });
    roundWith(story, ['eve']);
    expect(influenceOf(story.state, 'eve')).toBeCloseTo(0.9 / 1.9, 12);
    roundWith(story);
    expect(influenceOf(story.state, 'eve')).toBeCloseTo(1.81 / 2.71, 12);
  });

  it('is not touched by an update that is only kept out', () => {
    const story = consortium();
    roundWith(story, ['eve'], KEPT_OUT);
    expect(influenceOf(story.state, 'eve')).toBe(1);
    expect(memberOf(story, 'eve')).toMatchObject({ refused: 0, standing: 'active' });
  });

  it('counts a round once, however often it was tried', () => {
    const story = consortium({ memory: 0.9, quarantineAfter: 100 }, { rounds: { min: 5 } });
    story.openRound();
    for (const member of ALL) story.submit(member);
    expect(typesOf(story.screen(['eve']))).toEqual(['update_judged', 'round_abandoned']);
    story.openRound();
    for (const member of ALL) story.submit(member);
    story.screen(['eve']);
    expect(memberOf(story, 'eve').conduct.recent).toMatchObject([{ round: 1, outlier: true }]);
    expect(influenceOf(story.state, 'eve')).toBeCloseTo(0.9 / 1.9, 12);
  });

  it('stays above nothing after a thousand outliers: weights are divided by', () => {
    const story = consortium({ memory: 0.5, mode: 'observe' });
    for (let round = 0; round < 90; round++) roundWith(story, ['eve']);
    expect(influenceOf(story.state, 'eve')).toBeGreaterThan(0);
  });
});

describe('a trail', () => {
  it('keeps the last rounds and the newest sums', () => {
    const story = consortium();
    for (let round = 0; round < TRAIL_ROUNDS + 2; round++) roundWith(story);
    const { points, sums } = memberOf(story, 'ada').trail;
    expect(points).toHaveLength(TRAIL_ROUNDS);
    expect(points.at(-1)).toEqual({
      round: TRAIL_ROUNDS + 2,
      step: 'sums',
      clean: true,
      values: { norm: TRAIL_ROUNDS + 2 },
    });
    expect(sums).toEqual({ norm: [TRAIL_ROUNDS + 2] });
  });

  it('begins anew with the next run, for those too who sent nothing to its first steps', () => {
    const story = consortium();
    roundWith(story);
    story.when({ type: 'abort-run', reason: 'enough', by: 'olga' });
    story.openRun(2);
    expect(memberOf(story, 'ada').trail).toEqual(NO_TRAIL);
  });
});

describe('quarantine by itself', () => {
  it('follows when enough of the last rounds were outliers, and says which and why', () => {
    const story = consortium();
    expect(typesOf(roundWith(story, ['eve']))).toEqual(['update_judged', 'cohort_screened']);
    const events = roundWith(story, ['eve']);
    expect(typesOf(events)).toEqual(['update_judged', 'cohort_screened', 'standing_changed']);
    const changed = dataOf(events, 'standing_changed');
    expect(changed).toMatchObject({ member: 'eve', from: 'active', to: 'quarantined', by: 'automatic' });
    expect(changed.reason).toBe(
      'outlier in 2 of the last 2 judged rounds (1, 2; bound 2). Round 2: norm: norm 40',
    );
  });

  it('does not follow when the outliers lie further apart than the window', () => {
    const story = consortium();
    for (const refused of [['eve'], [], [], ['eve']]) roundWith(story, refused);
    expect(memberOf(story, 'eve').standing).toBe('active');
  });

  it('counts what was refused at the door', () => {
    const story = consortium({ quarantineAfter: 1 });
    story.openRound();
    story.submit('eve', { samples: 0 });
    for (const member of ALL.slice(0, 4)) story.submit(member);
    expect(dataOf(story.screen(), 'standing_changed')).toMatchObject({ member: 'eve', to: 'quarantined' });
  });

  it('never follows from being kept out of small cohorts', () => {
    const story = consortium({ quarantineAfter: 1 });
    expect(typesOf(roundWith(story, ['eve'], KEPT_OUT))).toEqual(['update_judged', 'cohort_screened']);
  });

  it.each(['observe', 'recommend'] as const)('is only recommended, once, in mode %s', (mode) => {
    const story = consortium({ mode });
    roundWith(story, ['eve']);
    expect(dataOf(roundWith(story, ['eve']), 'standing_recommended')).toMatchObject({
      member: 'eve',
      to: 'quarantined',
      because: mode,
    });
    expect(typesOf(roundWith(story, ['eve']))).toEqual(['update_judged', 'cohort_screened']);
    expect(memberOf(story, 'eve')).toMatchObject({
      standing: 'active',
      recommendation: { to: 'quarantined', because: mode },
    });
  });

  it('is recommended anew when the outliers had gone and come back', () => {
    const story = consortium({ mode: 'recommend' });
    for (const refused of [['eve'], ['eve'], [], []]) roundWith(story, refused);
    expect(memberOf(story, 'eve').recommendation).toBeUndefined();
    roundWith(story, ['eve']);
    expect(typesOf(roundWith(story, ['eve']))).toContain('standing_recommended');
  });

  it('waits while automation is paused, and follows with the next outlier after', () => {
    const story = consortium();
    story.when({ type: 'change-automation', paused: true, reason: 'told', by: 'olga' });
    roundWith(story, ['eve']);
    expect(dataOf(roundWith(story, ['eve']), 'standing_recommended').because).toBe('paused');
    story.when({ type: 'change-automation', paused: false, reason: '', by: 'olga' });
    expect(typesOf(roundWith(story))).toEqual(['cohort_screened']);
    expect(dataOf(roundWith(story, ['eve']), 'standing_changed')).toMatchObject({ member: 'eve' });
  });

  it('is no longer advised for a pause that has ended, though still for other reasons', () => {
    const story = consortium({ budget: { quarantines: 1 }, window: 10 });
    for (const refused of [['eve'], ['eve'], ['bob'], ['bob']]) roundWith(story, refused);
    story.when({ type: 'change-automation', paused: true, reason: '', by: 'olga' });
    for (const refused of [['dan'], ['dan']]) roundWith(story, refused);
    expect(memberOf(story, 'dan').recommendation?.because).toBe('paused');
    story.when({ type: 'change-automation', paused: false, reason: '', by: 'olga' });
    expect(memberOf(story, 'dan').recommendation).toBeUndefined();
    expect(memberOf(story, 'bob').recommendation?.because).toBe('budget');
  });

  it('takes the worst first, and stops at its budget until the window has passed', () => {
    const story = consortium({ budget: { quarantines: 1, per: '1h' }, window: 10 });
    roundWith(story, ['eve']);
    roundWith(story, ['bob']);
    // Both are due in one round: eve with three outliers, bob with two.
    story.when({ type: 'change-automation', paused: true, reason: '', by: 'olga' });
    roundWith(story, ['eve']);
    story.when({ type: 'change-automation', paused: false, reason: '', by: 'olga' });
    const events = roundWith(story, ['bob', 'eve']);
    expect(dataOf(events, 'standing_changed')).toMatchObject({ member: 'eve' });
    expect(dataOf(events, 'standing_recommended')).toMatchObject({ member: 'bob', because: 'budget' });
    expect(dataOf(events, 'standing_recommended').reason).toContain(
      'quarantined automatically within standing.budget.per: 1 (bound 1)',
    );
    story.later(3_600_000);
    expect(dataOf(roundWith(story, ['bob']), 'standing_changed')).toMatchObject({ member: 'bob' });
  });

  it('spends the budget once for a member that is released and quarantined again, and leaves the rest', () => {
    const story = consortium({ releaseAfter: 1 });
    for (const cycle of [1, 2, 3]) {
      for (const refused of [['eve'], ['eve']]) roundWith(story, refused);
      expect({ cycle, ...memberOf(story, 'eve') }).toMatchObject({ cycle, standing: 'quarantined' });
      if (cycle < 3) roundWith(story);
    }
    expect(quarantinesCounted(story.state, story.nowMs)).toBe(1);
    roundWith(story, ['bob']);
    expect(dataOf(roundWith(story, ['bob']), 'standing_changed')).toMatchObject({ member: 'bob' });
    expect(quarantinesCounted(story.state, story.nowMs)).toBe(2);
    roundWith(story, ['dan']);
    const held = dataOf(roundWith(story, ['dan']), 'standing_recommended');
    expect(held).toMatchObject({ member: 'dan', because: 'budget' });
  });

  it('quarantines whom it counts already when nothing is left, and counts it from then on', () => {
    const story = consortium({ budget: { quarantines: 1, per: '1h' } });
    const twice = (member: string) => [roundWith(story, [member]), roundWith(story, [member])].flat();
    twice('eve');
    story.standing('eve', 'undo');
    story.later(1_800_000);
    expect(dataOf(twice('eve'), 'standing_changed')).toMatchObject({ member: 'eve', to: 'quarantined' });
    story.later(1_800_000);
    expect(dataOf(twice('bob'), 'standing_recommended')).toMatchObject({ member: 'bob', because: 'budget' });
    story.later(1_800_000);
    expect(dataOf(roundWith(story, ['bob']), 'standing_changed')).toMatchObject({ member: 'bob' });
  });

  it('spends no more than the budget in one round, on whom it counts already and on others', () => {
    const story = consortium({ quarantineAfter: 1, budget: { quarantines: 2 } });
    roundWith(story, ['eve']);
    story.standing('eve', 'undo');
    const quarantined = roundWith(story, ['cyd', 'dan', 'eve']).flatMap((event) =>
      event.type === 'standing_changed' ? [event.data.member] : [],
    );
    expect(quarantined.sort()).toEqual(['cyd', 'eve']);
  });

  it('has a budget of the assumed outliers, at least one, when none is given', () => {
    const names = Array.from({ length: 10 }, (_, at) => `m${at}`);
    const story = Story.withMembers(names, { standing: { quarantineAfter: 1 } });
    story.openRun(5);
    const quarantined = typesOf(roundWith(story, ['m7', 'm8', 'm9'])).filter(
      (type) => type === 'standing_changed',
    );
    expect(quarantined).toHaveLength(2);
  });

  it('leaves the quorum alone', () => {
    const story = consortium({ quarantineAfter: 1, budget: { quarantines: 9 } }, { rounds: { min: 3 } });
    const events = roundWith(story, ['dan', 'eve']);
    expect(events.filter(({ type }) => type === 'standing_changed')).toHaveLength(2);
    const more = roundWith(story, ['cyd']);
    expect(typesOf(more)).toEqual([
      'update_judged',
      'update_judged',
      'update_judged',
      'round_abandoned',
      'standing_recommended',
    ]);
    expect(dataOf(more, 'standing_recommended')).toMatchObject({ member: 'cyd', because: 'quorum' });
  });
});

describe('a member in quarantine', () => {
  it('is asked beside the cohort, and nobody waits for it', () => {
    const story = withEveInQuarantine();
    expect(story.openRound()).toMatchObject({ cohort: ['ada', 'bob', 'cyd', 'dan'], shadow: ['eve'] });
    for (const member of ['ada', 'bob', 'cyd']) story.submit(member);
    expect(typesOf(story.submit('eve'))).toEqual(['update_received']);
    expect(typesOf(story.submit('dan'))).toEqual(['update_received', 'collection_closed']);
  });

  it('does not make a quorum', () => {
    const story = consortium({}, { rounds: { min: 3 } });
    story.standing('eve', 'quarantine');
    story.standing('dan', 'quarantine');
    story.openRound();
    for (const member of ['ada', 'bob', 'dan', 'eve']) story.submit(member);
    story.later(60_000);
    expect(typesOf(story.tick())).toEqual(['round_abandoned']);
  });

  it('is ignored when it comes after the others are done', () => {
    const story = withEveInQuarantine();
    story.openRound();
    for (const member of ['ada', 'bob', 'cyd', 'dan']) story.submit(member);
    expect(dataOf(story.submit('eve'), 'update_judged').verdict).toMatchObject({
      decision: 'ignore',
      code: 'update_late',
    });
  });

  it('is told so with the receipt, and judged at weight 0 with what it would have been', () => {
    const story = withEveInQuarantine();
    story.openRound();
    story.submit('eve');
    expect(story.state.lastJudged.get('eve')?.verdict.decision).toBe('quarantine');
    for (const member of ['ada', 'bob', 'cyd', 'dan']) story.submit(member);
    const events = story.screen(['eve']);
    expect(dataOf(events, 'update_judged').verdict).toMatchObject({
      decision: 'quarantine',
      code: 'norm_outlier',
      findings: OUTLIER.findings,
    });
    expect(dataOf(events, 'cohort_screened').accepted).toEqual(['ada', 'bob', 'cyd', 'dan']);
    const aggregated = dataOf(story.aggregate(), 'round_aggregated');
    expect(aggregated.contributions.map(({ member }) => member)).not.toContain('eve');
    expect(memberOf(story, 'eve').refused).toBe(2);
  });

  it('does not vote', () => {
    const story = Story.withMembers(ALL);
    story.standing('eve', 'quarantine');
    story.openRun();
    story.completeRound(['eve', 'ada', 'bob', 'cyd', 'dan']);
    story.assemble();
    expect(story.refuses(story.ballot('eve')).code).toBe('outside_cohort');
  });

  it('is released by itself after enough clean rounds in a row', () => {
    const story = withEveInQuarantine();
    roundWith(story);
    roundWith(story, ['eve']);
    expect(memberOf(story, 'eve').conduct.cleanInRow).toBe(0);
    roundWith(story);
    const events = roundWith(story);
    expect(dataOf(events, 'standing_changed')).toMatchObject({
      member: 'eve',
      from: 'quarantined',
      to: 'active',
      by: 'automatic',
      reason: '2 clean rounds in quarantine, in a row (2 needed)',
    });
    expect(story.openRound().cohort).toContain('eve');
  });

  it('begins with a clean window when it is released', () => {
    const story = withEveInQuarantine({ releaseAfter: 1 });
    roundWith(story);
    expect(memberOf(story, 'eve').standing).toBe('active');
    expect(typesOf(roundWith(story, ['eve']))).toEqual(['update_judged', 'cohort_screened']);
  });

  it('gains nothing by copies of others', () => {
    const story = withEveInQuarantine();
    const copies: Verdict = { ...OUTLIER, decision: 'clip', code: 'copy_of_another' };
    roundWith(story, ['eve'], copies);
    expect(memberOf(story, 'eve').conduct.cleanInRow).toBe(0);
  });

  it('is released by nobody but an operator where there are too few to compare it with', () => {
    const story = Story.withMembers(['ada', 'eve'], { rounds: { min: 1 }, standing: { releaseAfter: 1 } });
    story.standing('eve', 'quarantine');
    story.openRun(5);
    expect([1, 2, 3].flatMap(() => typesOf(roundWith(story)))).not.toContain('standing_changed');
  });

  it.each([
    ['an operator only', { releaseAfter: 0 }, []],
    ['an operator who is asked once', { mode: 'recommend' }, ['standing_recommended']],
  ] as const)('waits for %s', (_who, standing, expected) => {
    const story = consortium(standing);
    story.standing('eve', 'quarantine');
    const followed = [1, 2, 3, 4].flatMap(() => typesOf(roundWith(story)));
    expect(followed.filter((type) => type.startsWith('standing_'))).toEqual(expected);
    story.standing('eve', 'release');
    expect(memberOf(story, 'eve')).toMatchObject({ standing: 'active', recommendation: undefined });
  });

  it('keeps its seat in shadow when it is released while the round is open', () => {
    const story = withEveInQuarantine();
    story.openRound();
    story.standing('eve', 'release');
    expect(typesOf(story.submit('eve'))).toEqual(['update_received']);
    for (const member of ['ada', 'bob', 'cyd', 'dan']) story.submit(member);
    expect(dataOf(story.screen(), 'cohort_screened').accepted).not.toContain('eve');
  });

  it('takes its update with it when it is suspended', () => {
    const story = withEveInQuarantine();
    story.openRound();
    story.submit('eve');
    expect(typesOf(story.standing('eve', 'suspend'))).toEqual(['standing_changed', 'update_withdrawn']);
  });

  it('loses a counted seat of the open round, and the round goes on without it', () => {
    const story = consortium();
    story.openRound();
    for (const member of ['ada', 'bob', 'cyd', 'dan']) story.submit(member);
    expect(typesOf(story.standing('eve', 'quarantine'))).toEqual(['standing_changed', 'collection_closed']);
    expect(dataOf(story.submit('eve'), 'update_judged').verdict.code).toBe('update_late');
  });
});

describe('undo', () => {
  const undo = (member: string) =>
    ({ type: 'change-standing', member, action: 'undo', reason: 'told', by: 'olga' }) as const;

  it('puts back what happened by itself, and the same outliers do not bring it again', () => {
    const story = withEveInQuarantine();
    expect(dataOf(story.when(undo('eve')), 'standing_changed')).toMatchObject({
      from: 'quarantined',
      to: 'active',
      by: 'olga',
    });
    expect(typesOf(roundWith(story, ['eve']))).toEqual(['update_judged', 'cohort_screened']);
  });

  it.each([
    [['suspend'], 'active'],
    [['quarantine', 'suspend'], 'quarantined'],
    [['quarantine', 'release'], 'quarantined'],
    [['suspend', 'undo'], 'suspended'],
    [[], 'pending'],
  ] as const)('goes back over the last of %j, to %s', (path, to) => {
    const story = Story.withMembers(ALL);
    for (const action of path) story.standing('eve', action);
    expect(dataOf(story.when(undo('eve')), 'standing_changed').to).toBe(to);
    expect(memberOf(story, 'eve').standing).toBe(to);
  });

  it('says what it took back where it is given no reason, and why the member had been out', () => {
    const story = withEveInQuarantine();
    const why = memberOf(story, 'eve').changes.at(-1)?.reason ?? '';
    const undone = (reason = '') => {
      const at = memberOf(story, 'eve').changes.at(-1)?.at;
      const changed = dataOf(story.when({ ...undo('eve'), reason }), 'standing_changed');
      return { at, reason: changed.reason };
    };
    expect(undone('a fault of ours').reason).toBe('a fault of ours');
    const back = undone();
    expect(back.reason).toBe(`took back: quarantined → active by olga, ${back.at}; its reason was: ${why}`);
    const free = undone();
    expect(free.reason).toBe(`took back: active → quarantined by olga, ${free.at}`);
    const again = undone();
    expect(again.reason).toBe(`took back: quarantined → active by olga, ${again.at}; its reason was: ${why}`);
  });

  it('says no more than a reason may have', () => {
    const story = Story.withMembers(ALL);
    story.when({ ...undo('eve'), action: 'quarantine', reason: 'x'.repeat(1000) });
    for (let times = 0; times < 4; times += 1) story.when({ ...undo('eve'), reason: '' });
    const reasons = memberOf(story, 'eve').changes.map(({ reason }) => reason.length);
    expect(Math.max(...reasons)).toBe(1000);
  });

  it('leaves a revocation, and whoever never changed', () => {
    const story = Story.withMembers(ALL);
    story.standing('eve', 'revoke');
    expect(story.refuses(undo('eve')).code).toBe('standing_conflict');
    expect(story.refuses(undo('olga')).code).toBe('standing_conflict');
  });
});

describe('quarantine by an operator', () => {
  it('is for members only', () => {
    const story = Story.withMembers(['ada']);
    const command = { type: 'change-standing', action: 'quarantine', reason: '', by: 'olga' } as const;
    expect(story.refuses({ ...command, member: 'olga' }).message).toContain('quarantine is for members');
  });

  it('remembers the last changes with their reasons, newest last', () => {
    const story = Story.withMembers(['ada']);
    for (const action of ['quarantine', 'release', 'suspend', 'reinstate', 'quarantine'] as const)
      story.standing('ada', action);
    const { changes } = memberOf(story, 'ada');
    expect(changes).toHaveLength(5);
    expect(changes.at(-1)).toMatchObject({ from: 'active', to: 'quarantined', reason: 'told', by: 'olga' });
  });
});

describe('the brake on automation', () => {
  it('is pulled once, and says who and why', () => {
    const story = consortium();
    const pause = { type: 'change-automation', paused: true, reason: 'a fault', by: 'olga' } as const;
    expect(typesOf(story.when(pause))).toEqual(['automation_changed']);
    expect(story.when(pause)).toEqual([]);
    expect(story.state.automation).toMatchObject({ paused: true, reason: 'a fault', by: 'olga' });
  });

  it('leaves operators free', () => {
    const story = consortium();
    story.when({ type: 'change-automation', paused: true, reason: '', by: 'olga' });
    expect(typesOf(story.standing('eve', 'quarantine'))).toEqual(['standing_changed']);
  });
});

describe('an appeal', () => {
  const appeal = (story: Story, note = 'a scanner flooded us', member = 'eve') =>
    ({ type: 'appeal', member, note, nowMs: story.nowMs }) as const;

  it('is kept with the member until it is active again', () => {
    const story = withEveInQuarantine();
    expect(typesOf(story.when(appeal(story)))).toEqual(['appeal_lodged']);
    expect(memberOf(story, 'eve').appeal?.note).toBe('a scanner flooded us');
    story.standing('eve', 'release');
    expect(memberOf(story, 'eve').appeal).toBeUndefined();
  });

  it('is for whoever was refused or lost its standing', () => {
    const story = consortium();
    expect(story.refuses(appeal(story)).code).toBe('appeal_without_cause');
    roundWith(story, ['eve']);
    expect(typesOf(story.when(appeal(story)))).toEqual(['appeal_lodged']);
    story.standing('dan', 'suspend');
    expect(typesOf(story.when(appeal(story, 'why?', 'dan')))).toEqual(['appeal_lodged']);
    story.standing('dan', 'revoke');
    expect(story.refuses(appeal(story, 'why?', 'dan')).code).toBe('appeal_without_cause');
  });

  it('is one a day, but for a standing that changed since; the same note again is no second one', () => {
    const story = consortium();
    roundWith(story, ['eve']);
    story.when(appeal(story));
    expect(story.when(appeal(story))).toEqual([]);
    const refusal = story.refuses(appeal(story, 'and another'));
    expect(refusal.code).toBe('too_frequent');
    const { lastAt, nextAt } = refusal.facts;
    expect(Date.parse(String(nextAt)) - Date.parse(String(lastAt))).toBe(24 * 3_600_000);
    expect(refusal.message).toContain(`from ${nextAt}, or after a change of standing`);
    story.later(1);
    story.standing('eve', 'quarantine');
    expect(typesOf(story.when(appeal(story, 'now this')))).toEqual(['appeal_lodged']);
    expect(story.refuses(appeal(story, 'and that')).facts.bound).toBe(1);
    expect(typesOf(story.later(DAY_MS).when(appeal(story, 'and that')))).toEqual(['appeal_lodged']);
  });

  it('says something, in at most 1000 characters', () => {
    const story = withEveInQuarantine();
    expect(story.refuses(appeal(story, ' ')).code).toBe('usage');
    expect(story.refuses(appeal(story, 'a'.repeat(1001))).code).toBe('usage');
    expect(typesOf(story.later(DAY_MS).when(appeal(story, 'a'.repeat(1000))))).toEqual(['appeal_lodged']);
  });
});

describe('a screening', () => {
  it('keeps the digest of its evidence and the points of every trail', () => {
    const story = withEveInQuarantine();
    const screened = dataOf(roundWith(story), 'cohort_screened');
    expect(screened.evidence).toMatch(/^[0-9a-f]{64}$/);
    expect(screened.points?.map(({ member }) => member).sort()).toEqual(ALL);
  });

  it('records no verdicts on other updates than those that are in', () => {
    const story = withEveInQuarantine();
    const { cohort } = story.openRound();
    for (const member of ['eve', ...cohort]) story.submit(member);
    const all = story.screening();
    expect(story.when({ ...all, judged: all.judged.filter(({ member }) => member !== 'ada') })).toEqual([]);
    story.standing('eve', 'suspend');
    expect(story.when(all)).toEqual([]);
    expect(typesOf(story.screen())).toEqual(['cohort_screened']);
  });

  it('tells of an update that counts as one with its copies, and lets it in', () => {
    const story = consortium();
    const events = roundWith(story, ['eve'], { ...OUTLIER, decision: 'clip', code: 'copy_of_another' });
    expect(dataOf(events, 'update_judged').verdict.decision).toBe('clip');
    expect(dataOf(events, 'cohort_screened').accepted).toEqual(ALL);
    expect(memberOf(story, 'eve')).toMatchObject({ accepted: 1, refused: 0 });
  });
});
