/** The core, driven without a journal: commands go in, the state that follows comes out. */
import type { Command } from '../core/commands.ts';
import { decide } from '../core/decide.ts';
import type { Event, Recorded } from '../core/events.ts';
import { evolve } from '../core/evolve.ts';
import type { State } from '../core/state.ts';

export interface Advanced {
  readonly state: State;
  readonly events: readonly Event[];
}

/** Refuses what the core refuses. */
export function advance(before: State, command: Command, nowMs: number): Advanced {
  const events = decide(before, command);
  const at = new Date(nowMs).toISOString();
  const state = events.reduce(
    (folded, decided) => evolve(folded, { ...decided, at, index: folded.size } as Recorded),
    before,
  );
  return { state, events };
}
