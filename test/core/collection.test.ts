import { describe, expect, it } from 'vitest';
import { dataOf, digest, OUTLIER, Story, typesOf } from './story.ts';

function collecting(names: readonly string[], changes: Record<string, unknown> = {}): Story {
  const story = Story.withMembers(names, changes);
  story.openRun();
  story.openRound();
  return story;
}

function phaseOf(story: Story): string {
  return story.state.run?.phase.phase ?? 'idle';
}

describe('a round that is collecting', () => {
  it('closes with the update that reaches the target', () => {
    const story = collecting(['ada', 'bob', 'cyd', 'dan'], { rounds: { target: 3, overselect: 2 } });
    story.submit('ada');
    expect(typesOf(story.submit('bob'))).toEqual(['update_received']);
    const events = story.submit('dan');
    expect(typesOf(events)).toEqual(['update_received', 'collection_closed']);
    expect(dataOf(events, 'collection_closed').because).toBe('target');
    expect(phaseOf(story)).toBe('screening');
  });

  it('closes as settled when every seat is settled and the quorum is in', () => {
    const story = collecting(['ada', 'bob', 'cyd']);
    story.submit('ada');
    story.submit('bob');
    const events = story.submit('cyd', { samples: 0 });
    expect(dataOf(events, 'collection_closed').because).toBe('settled');
  });

  it('is abandoned at once when every seat is settled below the quorum', () => {
    const story = collecting(['ada', 'bob']);
    story.submit('ada');
    const events = story.submit('bob', { base: digest('another base') });
    expect(typesOf(events)).toEqual(['update_judged', 'round_abandoned']);
    expect(dataOf(events, 'round_abandoned').reason).toContain('1 usable updates, 2 needed');
  });

  it('waits through the grace once the quorum is in, and no longer', () => {
    const story = collecting(['ada', 'bob', 'cyd']);
    story.later(1_000).submit('ada');
    story.later(1_000).submit('bob');
    expect(story.later(4_999).tick()).toEqual([]);
    expect(dataOf(story.later(1).tick(), 'collection_closed').because).toBe('grace');
  });

  it('closes at its deadline with a quorum that came late', () => {
    const story = collecting(['ada', 'bob', 'cyd']);
    story.submit('ada');
    story.later(58_000).submit('bob');
    expect(dataOf(story.later(2_000).tick(), 'collection_closed').because).toBe('deadline');
  });

  it('is abandoned at its deadline without a quorum, and says how many came', () => {
    const story = collecting(['ada', 'bob', 'cyd']);
    story.submit('ada');
    expect(story.later(59_999).tick()).toEqual([]);
    const { reason } = dataOf(story.later(1).tick(), 'round_abandoned');
    expect(reason).toContain('1 usable updates, 2 needed');
    expect(reason).toContain('60000 ms');
  });

  it('waits past grace and deadline for a straggler that moves', () => {
    const story = collecting(['ada', 'bob', 'cyd']);
    story.submit('ada');
    story.submit('bob');
    expect(story.later(600_000).tick(['cyd'])).toEqual([]);
    expect(typesOf(story.submit('cyd'))).toEqual(['update_received', 'collection_closed']);
  });

  it('does not wait for stragglers that stand still, nor for movement of those who have delivered', () => {
    const story = collecting(['ada', 'bob', 'cyd']);
    story.submit('ada');
    story.submit('bob');
    expect(typesOf(story.later(5_000).tick(['ada', 'bob']))).toEqual(['collection_closed']);
  });

  it('has a full deadline again, not the grace, when a withdrawal takes the quorum away', () => {
    const story = collecting(['ada', 'bob', 'cyd', 'dan']);
    story.submit('ada');
    story.submit('bob');
    story.standing('bob', 'suspend');
    expect(story.later(5_000).tick()).toEqual([]);
    story.submit('cyd');
    expect(story.later(4_999).tick()).toEqual([]);
    expect(dataOf(story.later(1).tick(), 'collection_closed').because).toBe('grace');
  });
});

describe('an update in an open round', () => {
  it('is taken once: the same one again changes nothing', () => {
    const story = collecting(['ada', 'bob', 'cyd']);
    story.submit('ada');
    expect(story.submit('ada')).toEqual([]);
    expect(story.state.lastJudged.get('ada')?.verdict.decision).toBe('accept');
  });

  it('is ignored, with an event, when another of this member is in hand; after that only refused', () => {
    const story = collecting(['ada', 'bob', 'cyd']);
    story.submit('ada');
    const [event] = story.submit('ada', { update: digest('second') });
    expect(event).toMatchObject({
      type: 'update_judged',
      data: { verdict: { decision: 'ignore', code: 'update_repeated' } },
    });
    expect(story.refuses(story.submission('ada', { update: digest('third') })).code).toBe('update_repeated');
    expect(story.state.members.get('ada')?.refused).toBe(0);
    const { accepted } = dataOf(
      [...story.submit('bob'), ...story.submit('cyd'), ...story.screen()],
      'cohort_screened',
    );
    expect(accepted).toEqual(['ada', 'bob', 'cyd']);
  });

  it('costs its sender the seat when it is wrong, and never the round', () => {
    const story = collecting(['ada', 'bob', 'cyd']);
    const [judged] = story.submit('ada', { samples: 2_000_000 });
    expect(judged).toMatchObject({
      type: 'update_judged',
      data: {
        member: 'ada',
        verdict: {
          decision: 'reject',
          code: 'samples_beyond_bound',
          findings: [{ value: 2_000_000, bound: [1, 1_000_000] }],
        },
      },
    });
    expect(story.state.members.get('ada')?.refused).toBe(1);
    expect(story.refuses(story.submission('ada', { update: digest('mended') })).code).toBe('update_repeated');
    story.submit('bob');
    expect(typesOf(story.submit('cyd'))).toEqual(['update_received', 'collection_closed']);
    story.screen();
    const { contributions } = dataOf(story.aggregate(), 'round_aggregated');
    expect(contributions.map(({ member }) => member)).toEqual(['bob', 'cyd']);
  });

  it.each([
    ['update_signer', { member: 'did:key:bob' }],
    ['update_nonce', { nonce: 'guessed' }],
    ['update_nonce', { run: 'run-9' }],
    ['update_nonce', { step: 'gradients' }],
    ['update_nonce', { federation: 'another' }],
    ['update_base', { base: digest('stale') }],
    ['update_size', { bytes: 1_001 }],
    ['samples_beyond_bound', { samples: 0 }],
    ['samples_beyond_bound', { samples: 1.5 }],
    ['samples_beyond_bound', { samples: 1_000_001 }],
  ] as const)('is rejected with %s for %o', (code, changes) => {
    const story = collecting(['ada', 'bob', 'cyd']);
    const { verdict } = dataOf(story.submit('ada', changes), 'update_judged');
    expect(verdict).toMatchObject({ decision: 'reject', code });
    expect(verdict.findings).toMatchObject([{ passed: false, code }]);
  });

  it('is held to the bound that the operator set for its member', () => {
    const story = Story.withMembers(['ada', 'bob']);
    story.standing('ada', 'suspend');
    story.when({
      type: 'change-standing',
      member: 'ada',
      action: 'reinstate',
      reason: '',
      by: 'olga',
      maxSamples: 5,
    });
    story.openRun();
    story.openRound();
    expect(dataOf(story.submit('ada', { samples: 6 }), 'update_judged').verdict.message).toContain('bound 5');
  });

  it('carries what the inspection found wrong as evidence, whatever its facts are', () => {
    const story = collecting(['ada', 'bob', 'cyd']);
    const finding = {
      code: 'sums_inconsistent',
      message: 'trace(G)/N is 7',
      facts: { value: 'not a number' },
    } as const;
    const { verdict } = dataOf(story.submit('ada', {}, finding), 'update_judged');
    expect(verdict).toMatchObject({
      decision: 'reject',
      code: 'sums_inconsistent',
      findings: [{ value: 0, passed: false }],
    });
  });

  it('is refused without an event from outside the cohort, from the suspended, and for a round to come', () => {
    const story = collecting(['ada', 'bob', 'cyd', 'dan'], { rounds: { target: 2, overselect: 1 } });
    const outside = ['ada', 'bob', 'cyd', 'dan'].find((name) => !story.round.cohort.includes(name)) ?? '';
    expect(story.refuses(story.submission(outside)).code).toBe('outside_cohort');
    const [seated = ''] = story.round.cohort;
    expect(story.refuses(story.submission(seated, { round: 2 })).code).toBe('update_round');
    story.standing(seated, 'suspend');
    expect(story.refuses(story.submission(seated)).code).toBe('member_not_active');
    expect(story.refuses(story.submission('nobody')).code).toBe('member_unknown');
  });
});

describe('an update for a round that has closed', () => {
  function closed(): Story {
    const story = collecting(['ada', 'bob', 'cyd']);
    story.submit('ada');
    story.submit('bob');
    story.later(5_000).tick();
    return story;
  }

  it('is ignored once with an event, then only refused', () => {
    const story = closed();
    const [event] = story.submit('cyd');
    expect(event).toMatchObject({
      type: 'update_judged',
      data: { verdict: { decision: 'ignore', code: 'update_late' } },
    });
    expect(story.submit('cyd')).toEqual([]);
    expect(story.refuses(story.submission('cyd', { update: digest('other') })).code).toBe('update_late');
    expect(story.state.members.get('cyd')?.refused).toBe(0);
  });

  it('does not enter the aggregate', () => {
    const story = closed();
    story.submit('cyd');
    story.screen();
    const { contributions } = dataOf(story.aggregate(), 'round_aggregated');
    expect(contributions.map(({ member }) => member)).toEqual(['ada', 'bob']);
  });

  it('is refused without an event once newer rounds of its member were judged', () => {
    const story = Story.withMembers(['ada', 'bob', 'cyd']);
    story.openRun(2);
    const first = story.openRound();
    for (const member of ['ada', 'bob', 'cyd']) story.submit(member);
    story.screen();
    story.aggregate();
    story.openRound();
    story.submit('ada');
    const stale = { round: first.round, nonce: first.nonce, update: digest('stale') };
    expect(story.refuses(story.submission('ada', stale)).code).toBe('update_late');
  });

  it('cannot flood the journal: each member adds at most one entry a round by it', () => {
    const story = closed();
    const before = story.recorded.length;
    for (let i = 0; i < 50; i++) {
      for (const member of ['ada', 'bob', 'cyd']) {
        try {
          story.submit(member, { update: digest(`flood ${i}`) });
        } catch {
          // Refused, as it should be.
        }
      }
    }
    expect(story.recorded.length - before).toBe(3);
  });
});

describe('a round below its quorum', () => {
  it('is tried again with a fresh cohort in which those who brought nothing come last', () => {
    const names = ['ada', 'bob', 'cyd', 'dan', 'eve', 'fay'];
    const story = collecting(names, { rounds: { target: 3, overselect: 1 } });
    const first = story.round;
    const [diligent = '', ...idle] = first.cohort;
    story.submit(diligent);
    story.later(60_000).tick();
    const second = story.openRound();
    expect(second).toMatchObject({ round: first.round, attempt: 2, run: first.run, base: first.base });
    expect(second.nonce).not.toBe(first.nonce);
    for (const member of idle) expect(second.cohort).not.toContain(member);
  });

  it('takes a fresh update of whoever had delivered in the attempt before', () => {
    const story = collecting(['ada', 'bob']);
    story.submit('ada');
    story.later(60_000).tick();
    story.openRound();
    expect(typesOf(story.submit('ada'))).toEqual(['update_received']);
  });

  it('ignores what was trained for the attempt before', () => {
    const story = collecting(['ada', 'bob', 'cyd']);
    const stale = story.header('ada');
    story.later(60_000).tick();
    story.openRound();
    expect(story.submit('ada', stale)).toMatchObject([
      { type: 'update_judged', data: { attempt: 1, verdict: { code: 'update_late' } } },
    ]);
    expect(typesOf(story.submit('ada'))).toEqual(['update_received']);
  });

  it('fails its run after the attempts that the plan allows', () => {
    const story = collecting(['ada', 'bob']);
    for (let attempt = 1; attempt <= 3; attempt++) {
      expect(story.round.attempt).toBe(attempt);
      story.later(60_000).tick();
      if (attempt < 3) story.openRound();
    }
    const events = story.when({ type: 'open-round', nonce: 'n', maxBytes: 1, nowMs: story.nowMs });
    expect(events).toMatchObject([
      { type: 'run_failed', data: { reason: expect.stringContaining('3 times') } },
    ]);
    expect(story.state.run).toBeUndefined();
    expect(story.state.rounds.map(({ outcome }) => outcome)).toEqual(['abandoned', 'abandoned', 'abandoned']);
  });

  it('fails its run when too few members are left for a cohort', () => {
    const story = Story.withMembers(['ada', 'bob']);
    story.openRun();
    story.standing('bob', 'suspend');
    const events = story.when({ type: 'open-round', nonce: 'n', maxBytes: 1, nowMs: story.nowMs });
    expect(events).toMatchObject([
      { type: 'run_failed', data: { reason: '1 active members (at least 2 needed)' } },
    ]);
  });
});

describe('a round that is screened', () => {
  function screening(names = ['ada', 'bob', 'cyd']): Story {
    const story = collecting(names);
    for (const name of names) story.submit(name);
    return story;
  }

  it('leaves an outlier out and goes on', () => {
    const story = screening();
    const events = story.screen(['bob']);
    expect(typesOf(events)).toEqual(['update_judged', 'cohort_screened']);
    expect(dataOf(events, 'update_judged').verdict).toEqual(OUTLIER);
    expect(dataOf(events, 'cohort_screened').accepted).toEqual(['ada', 'cyd']);
    story.aggregate();
    expect(story.state.rounds.at(-1)).toMatchObject({
      accepted: 2,
      refused: [{ member: 'bob', code: 'norm_outlier' }],
    });
    expect(story.state.members.get('bob')).toMatchObject({ accepted: 0, refused: 1 });
    expect(story.state.members.get('ada')).toMatchObject({ accepted: 1, refused: 0 });
  });

  it('is abandoned when the outliers take the quorum with them', () => {
    const story = screening();
    expect(typesOf(story.screen(['bob', 'cyd']))).toEqual([
      'update_judged',
      'update_judged',
      'round_abandoned',
    ]);
  });

  it('takes no verdict of another round, or a second time', () => {
    const story = screening();
    expect(story.when({ ...story.screening(), round: 7 })).toEqual([]);
    story.screen();
    expect(story.screen()).toEqual([]);
  });

  it('records no aggregate made of other updates than those accepted', () => {
    const story = screening();
    const stale = story.aggregation();
    story.screen(['bob']);
    expect(story.when(stale)).toEqual([]);
    expect(typesOf(story.aggregate())).toEqual(['round_aggregated']);
  });
});

describe('a member that loses its standing inside an open round', () => {
  it.each(['suspend', 'revoke'] as const)('takes its pending update with it (%s)', (action) => {
    const story = collecting(['ada', 'bob', 'cyd', 'dan']);
    story.submit('ada');
    const events = story.standing('ada', action);
    expect(typesOf(events)).toEqual(['standing_changed', 'update_withdrawn']);
    expect(dataOf(events, 'update_withdrawn')).toMatchObject({
      member: 'ada',
      reason: expect.stringContaining('told'),
    });
    for (const name of ['bob', 'cyd', 'dan']) story.submit(name);
    expect(dataOf(story.screen(), 'cohort_screened').accepted).toEqual(['bob', 'cyd', 'dan']);
  });

  it('loses its seat for the round although it is reinstated, and its receipt says so', () => {
    const story = collecting(['ada', 'bob', 'cyd']);
    story.submit('ada');
    story.standing('ada', 'suspend');
    story.standing('ada', 'reinstate');
    expect(story.refuses(story.submission('ada', { update: digest('again') })).code).toBe('update_withdrawn');
    expect(story.state.lastJudged.get('ada')?.verdict).toMatchObject({
      decision: 'ignore',
      code: 'update_withdrawn',
    });
  });

  it('is no longer waited for', () => {
    const story = collecting(['ada', 'bob', 'cyd']);
    story.submit('ada');
    story.submit('bob');
    const events = story.standing('cyd', 'suspend');
    expect(typesOf(events)).toEqual(['standing_changed', 'collection_closed']);
  });

  it('ends the attempt when nobody is left to wait for and the quorum is gone', () => {
    const story = collecting(['ada', 'bob', 'cyd'], { rounds: { min: 3 } });
    story.submit('ada');
    story.submit('bob');
    expect(typesOf(story.standing('cyd', 'revoke'))).toEqual(['standing_changed', 'round_abandoned']);
    expect(phaseOf(story)).toBe('opening');
  });

  it('is left out of an aggregate under way, which is then computed anew', () => {
    const story = collecting(['ada', 'bob', 'cyd']);
    for (const name of ['ada', 'bob', 'cyd']) story.submit(name);
    story.screen();
    const stale = story.aggregation();
    expect(typesOf(story.standing('ada', 'revoke'))).toEqual(['standing_changed', 'update_withdrawn']);
    expect(story.when(stale)).toEqual([]);
    expect(dataOf(story.aggregate(), 'round_aggregated').contributions.map(({ member }) => member)).toEqual([
      'bob',
      'cyd',
    ]);
  });

  it.each(['screening', 'aggregating'] as const)(
    'ends the attempt when it takes the quorum while %s',
    (phase) => {
      const story = collecting(['ada', 'bob']);
      story.submit('ada');
      story.submit('bob');
      if (phase === 'aggregating') story.screen();
      expect(phaseOf(story)).toBe(phase);
      expect(typesOf(story.standing('bob', 'revoke'))).toEqual([
        'standing_changed',
        'update_withdrawn',
        'round_abandoned',
      ]);
      expect(phaseOf(story)).toBe('opening');
    },
  );
});
