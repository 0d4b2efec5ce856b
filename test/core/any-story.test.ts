/** What holds whatever is asked of the core, in whatever order. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Command, StandingAction } from '../../coordinator/core/commands.ts';
import type { DataOf, Event, Recorded } from '../../coordinator/core/events.ts';
import { evolve, evolveAll } from '../../coordinator/core/evolve.ts';
import { seatsOf } from '../../coordinator/core/parts.ts';
import { activeMembers } from '../../coordinator/core/round/cohort.ts';
import { influenceOf } from '../../coordinator/core/standing/conduct.ts';
import { EMPTY } from '../../coordinator/core/state.ts';
import { Refusal } from '../../shared/refusal.ts';
import type { Verdict } from '../../shared/verdict.ts';
import { digest, OUTLIER, Story } from './story.ts';

const NAMES = ['ada', 'bob', 'cyd', 'dan', 'eve'];
const KEPT_OUT: Verdict = { ...OUTLIER, decision: 'quarantine' };
const BUDGET = { quarantines: 1, per: '30s' };
const BUDGET_MS = 30_000;
const POLICY = {
  rounds: { target: 3, overselect: 1.34 },
  standing: { quarantineAfter: 1, window: 3, releaseAfter: 1, budget: BUDGET },
};
type Move = (story: Story) => Command;

const member = fc.constantFrom(...NAMES);
const spread = <T>(values: readonly T[]) => fc.subarray([...values]);

/** What the phase asks for, so that stories get somewhere between the disturbances. */
const sensible: Move = (story) => {
  const { run } = story.state;
  switch (run?.phase.phase) {
    case 'opening':
      return opensRound(story);
    case 'collecting':
      return story.submission(
        [...run.phase.shadow, ...run.phase.seats].find(([, { state }]) => state === 'awaited')?.[0] ?? 'ada',
      );
    case 'screening':
      return story.screening();
    case 'aggregating':
      return story.aggregation();
    case 'assembling':
      return assembles(story);
    case 'voting': {
      const { votes, candidate } = run.phase;
      const voter = candidate.electorate.find((name) => !votes.has(name));
      return voter ? story.ballot(voter) : evaluates(story);
    }
    case 'promoting':
      return promotes(story);
    default:
      return opensRun(story);
  }
};

function opensRun(_story: Story): Command {
  const steps = [{ step: 'sums', repeat: 2, rule: { rule: 'weighted-mean' } as const }];
  return { type: 'open-run', steps, base: digest('base'), by: 'olga' };
}

function opensRound({ recorded, nowMs }: Story): Command {
  return { type: 'open-round', nonce: `nonce-${recorded.length}`, maxBytes: 1_000, nowMs };
}

function assembles({ run }: Story): Command {
  return { type: 'record-candidate', run, weights: digest('weights'), bytes: 1, base: digest('base') };
}

function evaluates({ run }: Story): Command {
  return { type: 'evaluate', run, candidate: digest('weights'), canary: null, currentCanary: null };
}

function promotes({ run }: Story): Command {
  return {
    type: 'record-promotion',
    run,
    weights: digest('weights'),
    manifest: digest('manifest'),
    files: [],
  };
}

/** Any command, right or wrong for the moment, about anyone. */
const moves: fc.Arbitrary<Move> = fc.oneof(
  { weight: 30, arbitrary: fc.constant(sensible) },
  { weight: 6, arbitrary: fc.tuple(member, fc.integer({ min: 0, max: 20 })).map(submits) },
  { weight: 3, arbitrary: fc.tuple(member, fc.constantFrom('old', 'new')).map(submitsForEarlierRound) },
  { weight: 3, arbitrary: spread(NAMES).map(ticks) },
  { weight: 2, arbitrary: fc.tuple(spread(NAMES), fc.constantFrom(OUTLIER, KEPT_OUT)).map(screens) },
  { weight: 6, arbitrary: fc.constantFrom('dan', 'eve').map((who) => screens([[who], OUTLIER])) },
  { weight: 2, arbitrary: fc.tuple(member, fc.boolean()).map(votes) },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Move>(opensRun, opensRound, assembles, evaluates, promotes, (story) =>
      story.aggregation(),
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        member,
        fc.constantFrom<StandingAction>(
          'suspend',
          'reinstate',
          'reinstate',
          'quarantine',
          'release',
          'release',
          'undo',
          'undo',
          'revoke',
        ),
      )
      .map(changes),
  },
  { weight: 1, arbitrary: fc.tuple(member, fc.constantFrom('why?', 'and why?')).map(appeals) },
  { weight: 1, arbitrary: fc.boolean().map(brakes) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 3 }).map(rollsBack) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Move>(
      () => ({ type: 'abort-run', reason: '', by: 'olga' }),
      () => ({ type: 'fail-run', reason: 'told' }),
    ),
  },
);

function submitsForEarlierRound([who, update]: [string, string]): Move {
  return (story) =>
    story.submission(who, { update: digest(update), round: Math.max(1, roundNow(story) - 1) });
}

function ticks(moving: readonly string[]): Move {
  return ({ nowMs }) => ({ type: 'tick', nowMs, moving: new Set(moving) });
}

function votes([who, approve]: [string, boolean]): Move {
  return (story) => story.ballot(who, { approve });
}

function rollsBack(version: number): Move {
  return () => ({ type: 'roll-back', version, reason: '', by: 'olga' });
}

function submits([who, samples]: [string, number]): Move {
  return (story) => story.submission(who, { samples });
}

function screens([refused, verdict]: [readonly string[], Verdict]): Move {
  return (story) => story.screening(refused, verdict);
}

function changes([who, action]: [string, StandingAction]): Move {
  return () => ({ type: 'change-standing', member: who, action, reason: 'told', by: 'olga' });
}

function appeals([who, note]: [string, string]): Move {
  return ({ nowMs }) => ({ type: 'appeal', member: who, note, nowMs });
}

function brakes(paused: boolean): Move {
  return () => ({ type: 'change-automation', paused, reason: 'told', by: 'olga' });
}

function roundNow(story: Story): number {
  return story.state.rounds.at(-1)?.round ?? 0;
}

interface Told {
  readonly story: Story;
  /** Whatever followed, command by command. */
  readonly steps: readonly (readonly Event[])[];
}

/** Tells a story of these moves; what is refused changes nothing, what is not a refusal fails the test. */
function tell(told: readonly { readonly move: Move; readonly waitMs: number }[]): Told {
  const story = Story.withMembers(NAMES, POLICY);
  story.openRun(30);
  story.openRound();
  const steps = told.map(({ move, waitMs }) => {
    story.later(waitMs);
    try {
      return story.when(move(story));
    } catch (error) {
      if (error instanceof Refusal) return [];
      throw error;
    }
  });
  return { story, steps };
}

const stories = fc
  .array(fc.record({ move: moves, waitMs: fc.constantFrom(0, 0, 0, 0, 0, 1_000, 5_000, 60_000) }), {
    minLength: 10,
    maxLength: 120,
  })
  .map(tell);

function holds(check: (told: Told) => void): void {
  fc.assert(fc.property(stories, check), { numRuns: 150 });
}

/** Each attempt of a round, with everything up to the next. */
function roundsOf({ recorded }: Story): { opened: DataOf<'round_opened'>; after: readonly Recorded[] }[] {
  const starts = recorded.flatMap((entry, at) => (entry.type === 'round_opened' ? [at] : []));
  return starts.flatMap((start, nth) => {
    const entry = recorded[start];
    const after = recorded.slice(start + 1, starts[nth + 1]);
    return entry?.type === 'round_opened' ? [{ opened: entry.data, after }] : [];
  });
}

/** Updates of the cohort in hand after these entries. */
function countedAmong({ cohort }: DataOf<'round_opened'>, entries: readonly Recorded[]): number {
  const inHand = new Set<string>();
  for (const { type, data } of entries) {
    if (type === 'update_received' && cohort.includes(data.member)) inHand.add(data.member);
    if (type === 'update_withdrawn') inHand.delete(data.member);
  }
  return inHand.size;
}

describe('any story told to the core', () => {
  it('replays from its journal to the same state', () => {
    holds(({ story }) => {
      const journal: unknown = JSON.parse(JSON.stringify(story.recorded));
      expect(evolveAll(EMPTY, journal as typeof story.recorded)).toEqual(story.state);
    });
  });

  it('never changes a cohort while its round is open', () => {
    holds(({ story }) => {
      let state = EMPTY;
      let frozen: { key: string; cohort: readonly string[] } | undefined;
      for (const entry of story.recorded) {
        state = evolve(state, entry);
        const phase = state.run?.phase;
        if (!phase || !('seats' in phase)) continue;
        const key = `${phase.round.round}/${phase.round.attempt}/${phase.round.run}`;
        if (frozen?.key === key) expect(phase.round.cohort).toEqual(frozen.cohort);
        frozen = { key, cohort: phase.round.cohort };
        expect([...(seatsOf(phase)?.keys() ?? [])].sort()).toEqual([...phase.round.cohort]);
        expect([...phase.shadow.keys()].sort()).toEqual([...(phase.round.shadow ?? [])]);
      }
    });
  });

  it('counts nobody twice, nobody from outside the cohort, and weights that sum to 1', () => {
    holds(({ story }) => {
      for (const entry of story.recorded) {
        if (entry.type !== 'round_aggregated') continue;
        const { contributions, round, attempt } = entry.data;
        const members = contributions.map(({ member: who }) => who);
        expect(new Set(members).size).toBe(members.length);
        const opened = story.recorded.find(
          (other) =>
            other.type === 'round_opened' && other.data.round === round && other.data.attempt === attempt,
        );
        expect(
          opened?.type === 'round_opened' && members.every((who) => opened.data.cohort.includes(who)),
        ).toBe(true);
        expect(contributions.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
      }
    });
  });

  it('aggregates only what was received in that attempt and neither refused nor withdrawn since', () => {
    holds(({ story }) => {
      for (const aggregated of story.recorded) {
        if (aggregated.type !== 'round_aggregated') continue;
        const { round, attempt, contributions } = aggregated.data;
        const before = story.recorded.slice(0, aggregated.index);
        for (const { member: who, update, index } of contributions) {
          expect(before[index]).toMatchObject({
            type: 'update_received',
            data: { member: who, update, round, attempt },
          });
          const lost = before
            .slice(index)
            .some(
              (entry) =>
                (entry.type === 'update_withdrawn' && entry.data.member === who) ||
                (entry.type === 'update_judged' &&
                  entry.data.member === who &&
                  entry.data.verdict.decision !== 'ignore'),
            );
          expect(lost).toBe(false);
        }
        expect(contributions.length).toBeGreaterThanOrEqual(2);
      }
    });
  });

  it('numbers rounds without a gap and models without a gap', () => {
    holds(({ story }) => {
      const rounds = [...new Set(story.state.rounds.map(({ round }) => round))];
      expect(rounds).toEqual(rounds.map((_, place) => place + 1));
      expect(story.state.models.map(({ version }) => version)).toEqual(
        story.state.models.map((_, place) => place + 1),
      );
    });
  });

  it('adds no more than a handful of entries for one command', () => {
    holds(({ steps }) => {
      // A verdict and a step of standing for each member, and the end of the screening.
      for (const events of steps) expect(events.length).toBeLessThanOrEqual(2 * NAMES.length + 1);
    });
  });

  it('never closes on updates of members in quarantine', () => {
    holds(({ story }) => {
      for (const { opened, after } of roundsOf(story)) {
        const closed = after.findIndex(({ type }) => type === 'collection_closed');
        if (closed < 0) continue;
        expect(countedAmong(opened, after.slice(0, closed))).toBeGreaterThanOrEqual(opened.min);
      }
    });
  });

  it('never lets an update of a member in quarantine into an aggregate, or calls it accepted', () => {
    holds(({ story }) => {
      for (const { opened, after } of roundsOf(story)) {
        const entered = after.flatMap(({ type, data }) => {
          if (type === 'cohort_screened') return data.accepted;
          return type === 'round_aggregated' ? data.contributions.map(({ member: who }) => who) : [];
        });
        expect(entered.filter((who) => opened.shadow?.includes(who))).toEqual([]);
      }
    });
  });

  it('asks everyone in quarantine, and nobody else, beside the cohort', () => {
    holds(({ story }) => {
      let state = EMPTY;
      for (const entry of story.recorded) {
        const quarantined = [...state.members.values()].filter(({ standing }) => standing === 'quarantined');
        if (entry.type === 'round_opened')
          expect(entry.data.shadow ?? []).toEqual(quarantined.map(({ id }) => id).sort());
        state = evolve(state, entry);
      }
    });
  });

  it('takes out no more members by itself than the budget of any window, none while paused, and never the quorum', () => {
    holds(({ story }) => {
      let state = EMPTY;
      const takenAtMs: { member: string; atMs: number }[] = [];
      for (const entry of story.recorded) {
        if (entry.type === 'standing_changed' && entry.data.by === 'automatic') {
          expect(state.automation.paused).toBe(false);
          const atMs = Date.parse(entry.at);
          if (entry.data.to === 'quarantined') {
            takenAtMs.push({ member: entry.data.member, atMs });
            const counted = takenAtMs.filter((earlier) => atMs - earlier.atMs < BUDGET_MS);
            expect(new Set(counted.map(({ member: who }) => who)).size).toBeLessThanOrEqual(
              BUDGET.quarantines,
            );
            expect(activeMembers(evolve(state, entry)).length).toBeGreaterThanOrEqual(2);
          }
        }
        state = evolve(state, entry);
      }
    });
  });

  it('can undo the last change of any standing, but for a revocation', () => {
    holds(({ story }) => {
      for (const { id, standing, changes: steps } of story.state.members.values()) {
        const last = steps.at(-1);
        const undo: Command = { type: 'change-standing', member: id, action: 'undo', reason: '', by: 'olga' };
        if (!last || standing === 'revoked') {
          expect(story.refuses(undo).code).toBe('standing_conflict');
          continue;
        }
        story.when(undo);
        expect(story.state.members.get(id)?.standing).toBe(last.from);
      }
    });
  });

  it('keeps every influence within (0, 1]', () => {
    holds(({ story }) => {
      for (const name of NAMES) {
        expect(influenceOf(story.state, name)).toBeGreaterThan(0);
        expect(influenceOf(story.state, name)).toBeLessThanOrEqual(1);
      }
    });
  });

  it('lets quarantine and release happen by themselves, and holds them back', () => {
    const seen = new Set<string>();
    const told = fc.property(stories, ({ story }) => {
      for (const { type, data } of story.recorded) {
        if (type === 'standing_changed' && data.by === 'automatic') seen.add(data.to);
        if (type === 'standing_recommended') seen.add(data.because);
        if (type === 'appeal_lodged') seen.add(type);
      }
    });
    fc.assert(told, { numRuns: 150, seed: 1 });
    const expected = ['active', 'appeal_lodged', 'budget', 'paused', 'quarantined'];
    expect([...seen]).toEqual(expect.arrayContaining(expected));
  });
});
