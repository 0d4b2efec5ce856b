import type { Federation } from '../../../shared/federation/schema.ts';
import { Refusal } from '../../../shared/refusal.ts';
import type { CommandOf } from '../commands.ts';
import { type Event, event } from '../events.ts';
import { activeMembers } from '../round/cohort.ts';
import type { Run, State } from '../state.ts';

export function decideOpenRun(state: State, { steps, base, by }: CommandOf<'open-run'>): Event[] {
  if (state.run)
    throw new Refusal('run_active', `${state.run.run} is under way (${state.run.phase.phase})`, {
      run: state.run.run,
    });
  const active = activeMembers(state).length;
  const { min } = foundedFederation(state).rounds;
  if (active < min)
    throw new Refusal('quorum_missing', `${active} active members (at least ${min} needed)`, { active, min });
  return [event('run_opened', { run: `run-${state.runs + 1}`, steps, base, by })];
}

export function decideAbort(state: State, { reason, by }: CommandOf<'abort-run'>): Event[] {
  return [event('run_aborted', { run: currentRun(state).run, reason, by })];
}

export function decideFailure(state: State, { reason }: CommandOf<'fail-run'>): Event[] {
  return [event('run_failed', { run: currentRun(state).run, reason })];
}

export function currentRun(state: State): Run {
  if (!state.run) throw new Refusal('run_missing', 'no run is under way');
  return state.run;
}

export function foundedFederation(state: State): Federation {
  if (!state.federation) throw new Refusal('home_missing', 'the journal holds no federation yet');
  return state.federation;
}
