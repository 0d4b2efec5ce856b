import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seedFrom, selectCohort } from '../../coordinator/core/round/cohort.ts';
import { federationWith, Story } from './story.ts';

const TEN = ['ada', 'bob', 'cyd', 'dan', 'eve', 'fay', 'gus', 'hal', 'ida', 'jim'];
const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 30 });

function windows(rounds: Record<string, unknown>) {
  return federationWith({ rounds }).rounds;
}

describe('a cohort', () => {
  it('is every active member when the plan names no target', () => {
    const story = Story.withMembers(['cyd', 'ada', 'bob']);
    story.openRun();
    const { cohort, target, min } = story.openRound();
    expect(cohort).toEqual(['ada', 'bob', 'cyd']);
    expect({ target, min }).toEqual({ target: 3, min: 2 });
  });

  it('asks more than the target, so that a few may fail', () => {
    const story = Story.withMembers(TEN, { rounds: { target: 4, overselect: 1.5 } });
    story.openRun();
    const { cohort, target } = story.openRound();
    expect(cohort).toHaveLength(6);
    expect(target).toBe(4);
  });

  it('leaves out whoever is suspended, revoked or not approved yet', () => {
    const story = Story.withMembers(['ada', 'bob', 'cyd', 'dan']);
    story.standing('bob', 'suspend');
    story.standing('cyd', 'revoke');
    story.enrol('eve');
    const secretHash = 'secret of fay';
    story.when({
      type: 'issue-invite',
      invite: 'f',
      name: 'fay',
      role: 'member',
      secretHash,
      validMs: 1000,
      nowMs: story.nowMs,
      by: 'olga',
    });
    story.when({ type: 'join', secretHash, did: 'did:key:fay', nowMs: story.nowMs });
    story.openRun();
    expect(story.openRound().cohort).toEqual(['ada', 'dan', 'eve']);
  });

  it('stays frozen when members join, are approved or are suspended while the round is open', () => {
    const story = Story.withMembers(['ada', 'bob', 'cyd']);
    story.openRun();
    const { cohort } = story.openRound();
    story.enrol('dan');
    story.standing('cyd', 'suspend');
    const phase = story.state.run?.phase;
    expect(phase?.phase === 'collecting' && phase.round.cohort).toEqual(cohort);
    expect(story.refuses(story.submission('dan')).code).toBe('outside_cohort');
  });

  it('is drawn by everyone alike: the same draw gives the same members in whatever order they come', () => {
    fc.assert(
      fc.property(names, fc.string(), fc.integer({ min: 1, max: 20 }), (active, draw, target) => {
        const plan = windows({ min: 1, target });
        const drawn = selectCohort(active, plan, draw, new Set());
        expect(selectCohort(active.toReversed(), plan, draw, new Set())).toEqual(drawn);
        expect(drawn).toHaveLength(Math.min(active.length, Math.ceil(target * plan.overselect)));
        expect(drawn).toEqual([...new Set(drawn)].sort());
        for (const member of drawn) expect(active).toContain(member);
      }),
    );
  });

  it('is another one with another draw', () => {
    const plan = windows({ target: 4, overselect: 1 });
    const drawn = new Set(
      Array.from({ length: 20 }, (_, round) => selectCohort(TEN, plan, `1/run-1/${round}`, new Set()).join()),
    );
    expect(drawn.size).toBeGreaterThan(10);
  });

  it('takes those set back only when nobody else is left', () => {
    fc.assert(
      fc.property(names, fc.string(), (active, draw) => {
        const setBack = new Set(active.filter((_, place) => place % 2 === 0));
        const fresh = active.length - setBack.size;
        const drawn = selectCohort(
          active,
          windows({ min: 1, target: Math.max(1, fresh), overselect: 1 }),
          draw,
          setBack,
        );
        expect(drawn.filter((member) => !setBack.has(member))).toHaveLength(fresh);
      }),
    );
  });
});

describe('the seed of a round', () => {
  it('depends on its label only and fits 31 bits', () => {
    fc.assert(
      fc.property(fc.string(), (label) => {
        const seed = seedFrom(label);
        expect(seed).toBe(seedFrom(label));
        expect(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31).toBe(true);
      }),
    );
  });

  it('is the same in every attempt at a round, so that a retry trains the same', () => {
    const story = Story.withMembers(['ada', 'bob']);
    story.openRun();
    const first = story.openRound();
    story.later(60_000).tick();
    expect(story.openRound()).toMatchObject({ round: first.round, attempt: 2, seed: first.seed });
  });
});
