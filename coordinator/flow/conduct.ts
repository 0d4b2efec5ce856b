/**
 * Reacts to the phase of the run, whatever brought it about: an update that came in, a deadline, a restart.
 * Each reaction is idempotent, so a crash between effect and record only means doing it again.
 */
import type { Logger } from 'pino';
import { Refusal } from '../../shared/refusal.ts';
import { type Phase, openRound as roundThatCollects } from '../core/state.ts';
import { aggregate } from './aggregate.ts';
import { assemble } from './assemble.ts';
import { collect } from './collect.ts';
import { type Context, waitMs } from './context.ts';
import { evaluate } from './evaluate.ts';
import { openRound } from './open-round.ts';
import { promote } from './promote.ts';
import { screen } from './screen.ts';

/** Does what a phase asks for; returns how long to wait before looking again when nothing else happens. */
export type Reaction = (context: Context) => Promise<number | undefined>;

const REACTIONS: Record<Phase['phase'], Reaction> = {
  opening: openRound,
  collecting: collect,
  screening: screen,
  aggregating: aggregate,
  assembling: assemble,
  voting: evaluate,
  deciding: async () => undefined,
  promoting: promote,
};

/** Faults of one phase in a row before the run is given up. */
const MAX_FAULTS = 5;
const FAULT_PAUSE_MS = 2_000;

export class Conductor {
  readonly #context: Context;
  readonly #log: Logger;
  #timer: { cancel(): void } | undefined;
  #busy = false;
  #again = false;
  #stopped = false;
  #faults = 0;
  #stopWatching: (() => void) | undefined;

  constructor(context: Context) {
    this.#context = context;
    this.#log = context.log.child({ part: 'conductor' });
  }

  start(): void {
    this.#giveCohortTime();
    this.#stopWatching = this.#context.desk.onAppend(() => this.wake());
    this.wake();
  }

  /** Nobody could move while no coordinator served: after a restart the cohort counts as just having moved. */
  #giveCohortTime(): void {
    const { desk, progress, clock } = this.#context;
    const phase = roundThatCollects(desk.state);
    if (phase) progress.open(phase.round.cohort, clock.now());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stopWatching?.();
    this.#timer?.cancel();
    while (this.#busy) await waitMs(this.#context.clock, 10);
  }

  wake(): void {
    if (this.#stopped) return;
    this.#again = true;
    if (!this.#busy) void this.#drive();
  }

  async #drive(): Promise<void> {
    this.#busy = true;
    while (this.#again && !this.#stopped) {
      this.#again = false;
      this.#timer?.cancel();
      const delayMs = await this.#react();
      if (delayMs !== undefined) this.#timer = this.#context.clock.after(delayMs, () => this.wake());
    }
    this.#busy = false;
  }

  async #react(): Promise<number | undefined> {
    const phase = this.#context.desk.state.run?.phase;
    if (!phase) return undefined;
    try {
      const delayMs = await REACTIONS[phase.phase](this.#context);
      this.#faults = 0;
      return delayMs;
    } catch (error) {
      return this.#fault(phase, error);
    }
  }

  async #fault(phase: Phase, error: unknown): Promise<number> {
    const code = error instanceof Refusal ? error.code : 'internal';
    this.#log.error({ phase: phase.phase, code, err: error }, 'a step of the round failed');
    const waitsForSpace = code === 'disk_full';
    this.#faults += waitsForSpace ? 0 : 1;
    if (this.#faults >= MAX_FAULTS) {
      this.#faults = 0;
      const message = error instanceof Error ? error.message : String(error);
      await this.#context.desk
        .dispatch({ type: 'fail-run', reason: `${phase.phase} failed ${MAX_FAULTS} times: ${message}` })
        .catch(() => {});
    }
    return FAULT_PAUSE_MS;
  }
}
