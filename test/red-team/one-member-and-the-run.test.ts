/** What one member can do to a run of others: by a number it signs, by being refused, by staying away. */
import canonicalize from 'canonicalize';
import { describe, expect, it } from 'vitest';
import { measureTensors } from '../../coordinator/adapters/compute/measure.ts';
import { trimOf } from '../../coordinator/core/aggregators/trimmed-mean.ts';
import { screenCohort } from '../../coordinator/core/checks/cohort.ts';
import type { CohortInput } from '../../coordinator/core/checks/detectors/detector.ts';
import { policyForSize } from '../../coordinator/core/checks/size-policy.ts';
import { aggregate } from '../../coordinator/flow/aggregate.ts';
import { openRun } from '../../coordinator/flow/open-run.ts';
import { Refusal } from '../../shared/refusal.ts';
import { dataOf, federationWith, Story, typesOf } from '../core/story.ts';
import { coordinatorOf } from '../flow/told-coordinator.ts';
import { refusalOfAsync } from '../support/refusal-of.ts';

const SEVEN = ['ada', 'bob', 'cyd', 'dan', 'eve', 'fay', 'gus'];
const GRADIENTS = { model: { family: 'autoencoder', hidden: [4], rounds: 3 } };

/** A cohort of which eve reports this loss, and all gave canaries whose loss is a fiftieth. */
function reporting(loss: number): CohortInput {
  const { checks } = federationWith();
  const metricsOf = (member: string) => ({ loss: member === 'eve' ? loss : 0.02 });
  return {
    round: 1,
    step: 'gradient',
    gradients: true,
    updates: SEVEN.map((member) => ({
      member,
      update: member,
      samples: 10,
      norm: 1,
      metrics: metricsOf(member),
    })),
    measures: {
      members: SEVEN,
      references: [],
      gram: SEVEN.map((_, a) => SEVEN.map((_other, b) => (a === b ? 1 : 0.1))),
      layers: [],
      signs: SEVEN.map(() => ({ positive: 0.5, zero: 0, negative: 0.5 })),
      sketches: SEVEN.map(() => Array.from({ length: 32 }, () => 0.1)),
      ownScores: SEVEN.map(() => 0.02),
    },
    audit: undefined,
    trails: new Map(),
    checks,
    size: policyForSize(SEVEN.length),
  };
}

describe('a member that reports an absurd loss', () => {
  it.each([1e308, -1e308, 5e-324, 0, -0])('%d leaves evidence that can be written', (loss) => {
    const screened = screenCohort(reporting(loss));
    const read = JSON.parse(canonicalize(screened) ?? '') as typeof screened;
    const eve = read.judged.find(({ member }) => member === 'eve');
    const claim = eve?.verdict.findings.find(({ check }) => check === 'claim');
    expect(claim?.passed).toBe(false);
    expect(Number.isFinite(claim?.value)).toBe(true);
  });
});

describe('a member that sends numbers at the edge of what an update can hold', () => {
  const VALUES = 4_000;
  const layout = [{ name: 'w', shape: [VALUES] }];
  const honest = (place: number) =>
    Float32Array.from({ length: VALUES }, (_, at) => Math.sin((place + 1) * (at + 1) * 1.37));
  const EDGES: Readonly<Record<string, (at: number) => number>> = {
    'the largest': () => 3.4e38,
    'the largest of both signs': (at) => (at % 2 ? 3.4e38 : -3.4e38),
    'the smallest': () => 1e-45,
    'minus zero': () => -0,
  };

  it.each(Object.entries(EDGES))('%s: the evidence of the round can be written', (_what, value) => {
    for (const count of [1, 2, 3, 5, 7]) {
      const members = SEVEN.slice(7 - count);
      const crafted = Float32Array.from({ length: VALUES }, (_, at) => value(at));
      const rows = members.map((_, place) => (place === 0 ? crafted : honest(place)));
      const measures = measureTensors({
        updates: members.map((member, place) => ({ member, update: { values: rows[place] ?? crafted } })),
        references: [{ name: 'previous', source: { values: honest(9) } }],
        layout,
      });
      const updates = members.map((member, place) => {
        const norm = Math.sqrt((rows[place] ?? crafted).reduce((sum, x) => sum + x * x, 0));
        return { member, update: member, samples: 10, norm, metrics: {} };
      });
      const input = { ...reporting(0.02), updates, measures, size: policyForSize(count) };
      expect(() => canonicalize({ measures, screened: screenCohort(input) })).not.toThrow();
    }
  });
});

async function opened(members: readonly string[], changes: Record<string, unknown>): Promise<string> {
  const { context } = await coordinatorOf(Story.withMembers(members, { ...GRADIENTS, ...changes }));
  try {
    return (await openRun(context, 'olga')).run;
  } finally {
    await context.compute.close();
  }
}

describe('a run', () => {
  it('does not open where the refusal of one member would leave its rule with too few', async () => {
    const refusal = await refusalOfAsync(() => opened(SEVEN, { aggregation: { rule: 'bulyan' } }));
    expect(refusal.code).toBe('rule_breakdown');
    expect(refusal.message).toMatch(/at least 7 rows, there are 6: 1 of 7 updates may be refused/);
    expect(await opened([...SEVEN, 'hal'], { aggregation: { rule: 'bulyan' } })).toBe('run-1');
  });

  it('holds the rule against no fewer than the quorum lets through', async () => {
    const rounds = { min: 7 };
    expect(await opened(SEVEN, { aggregation: { rule: 'bulyan' }, rounds })).toBe('run-1');
  });

  it('of three goes on by the default rule with the two that are left', () => {
    expect([1, 2, 3].map((updates) => trimOf({ rule: 'trimmed-mean' }, updates))).toEqual([0, 0, 1]);
  });

  it('asks for fresh updates when the rule does not hold for those in hand', async () => {
    const story = Story.withMembers(['ada', 'bob', 'cyd']);
    story.openRun();
    story.openRound();
    for (const member of ['ada', 'bob', 'cyd']) story.submit(member);
    story.screen();
    const { context } = await coordinatorOf(story, { blobs: { locate: async () => ({ path: '/nowhere' }) } });
    const broken = new Refusal('rule_breakdown', 'needs 7 rows, there are 6');
    const compute = { ...context.compute, aggregate: () => Promise.reject(broken) };
    await aggregate({ ...context, compute: compute as typeof context.compute });
    expect(context.desk.state.run?.phase).toMatchObject({ phase: 'opening', attempt: 2 });
    expect(context.desk.state.rounds.at(-1)?.outcome).toBe('abandoned');
    await context.compute.close();
  });
});

describe('a retry of a round', () => {
  it('does not set back whoever was copied: its update was taken', () => {
    const story = Story.withMembers(SEVEN, { rounds: { min: 3, target: 4, overselect: 1 } });
    story.openRun();
    const first = story.openRound().cohort;
    for (const member of first) story.submit(member);
    const copied = {
      decision: 'clip',
      code: 'copy_of_another',
      message: 'two are one',
      findings: [],
    } as const;
    story.screen(first, copied);
    story.when({ type: 'give-up-attempt', round: 1, attempt: 1, reason: 'told' });
    const again = story.openRound().cohort;
    const fresh = Story.withMembers(SEVEN, { rounds: { min: 3, target: 4, overselect: 1 } });
    fresh.openRun();
    fresh.openRound();
    for (const member of first) fresh.submit(member);
    fresh.screen();
    fresh.when({ type: 'give-up-attempt', round: 1, attempt: 1, reason: 'told' });
    expect(again).toEqual(fresh.openRound().cohort);
  });
});

describe('the reason for a quarantine', () => {
  it('names no other member to the one that reads it', () => {
    const story = Story.withMembers(SEVEN, { standing: { quarantineAfter: 1 } });
    story.openRun();
    story.openRound();
    for (const member of SEVEN) story.submit(member);
    const message = 'without this member and gus the mean rank of scan among normal canaries changes by 0.1';
    const found = { check: 'canary-audit', value: 0.1, bound: 0.05, passed: false, message } as const;
    const events = story.screen(['eve'], {
      decision: 'reject',
      code: 'canary_audit',
      message,
      findings: [{ ...found, code: 'canary_audit' }],
    });
    const { member, reason } = dataOf(events, 'standing_changed');
    expect(member).toBe('eve');
    expect(reason).toContain('without this member and another member');
    expect(reason).not.toContain('gus');
  });
});

describe('a member over the bound in an attempt that nobody screened', () => {
  it('is not quarantined by the attempt that lets its update in: the update counts', () => {
    const story = Story.withMembers(SEVEN, { standing: { quarantineAfter: 1 } });
    story.openRun();
    story.openRound();
    for (const member of SEVEN.slice(0, 6)) {
      story.submit(member, {}, { code: 'update_shape', message: 'another layout', facts: {} });
    }
    story.submit('gus');
    expect(story.state.run?.phase).toMatchObject({ phase: 'opening', attempt: 2 });
    story.openRound();
    for (const member of SEVEN) story.submit(member);
    expect(typesOf(story.screen())).toEqual(['cohort_screened']);
  });
});

describe('the budget of automatic quarantines', () => {
  it('does not grow by those that were undone', () => {
    const nine = [...SEVEN, 'hal', 'ida'];
    const story = Story.withMembers(nine, { standing: { quarantineAfter: 1 } });
    story.openRun(3);
    for (const [member, quarantined] of [
      ['ada', true],
      ['bob', false],
    ] as const) {
      story.openRound();
      for (const one of nine) story.submit(one);
      expect(typesOf(story.screen([member])).includes('standing_changed')).toBe(quarantined);
      story.aggregate();
      if (quarantined) story.standing(member, 'undo');
    }
  });

  it.each(['0s', 0])('is for some time: %s is refused with its path', (per) => {
    expect(() => federationWith({ standing: { budget: { per } } })).toThrow(/standing\.budget\.per/);
  });
});
