/** Changes to one part of the state: a member, the run, its phase, a seat. What is not there stays as it is. */
import type { Member, Phase, Run, Seat, Seating, Seats, State } from './state.ts';

export function withEntry<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return new Map(map).set(key, value);
}

export function withMember(state: State, id: string, change: Partial<Member>): State {
  const member = state.members.get(id);
  return member ? { ...state, members: withEntry(state.members, id, { ...member, ...change }) } : state;
}

export function seatsOf(phase: Phase | undefined): Seats | undefined {
  return phase && 'seats' in phase ? phase.seats : undefined;
}

/** Gives a member that has a seat, counted or in shadow, this one. */
export function withSeat(state: State, member: string, seat: Seat): State {
  return inRound(state, (_run, phase) => {
    if (phase.seats.has(member)) return { ...phase, seats: withEntry(phase.seats, member, seat) };
    if (phase.shadow.has(member)) return { ...phase, shadow: withEntry(phase.shadow, member, seat) };
    return phase;
  });
}

export function inRun(state: State, change: (run: Run) => Run): State {
  return state.run ? { ...state, run: change(state.run) } : state;
}

export function inPhase<P extends Phase['phase']>(
  state: State,
  phase: P,
  change: (run: Run, phase: Extract<Phase, { phase: P }>) => Phase,
): State {
  return inRun(state, (run) =>
    run.phase.phase === phase
      ? { ...run, phase: change(run, run.phase as Extract<Phase, { phase: P }>) }
      : run,
  );
}

export function inRound(state: State, change: (run: Run, phase: Extract<Phase, Seating>) => Phase): State {
  return inRun(state, (run) => ('seats' in run.phase ? { ...run, phase: change(run, run.phase) } : run));
}
