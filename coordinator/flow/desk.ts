import type { Command } from '../core/commands.ts';
import { decide } from '../core/decide.ts';
import type { Event, Recorded } from '../core/events.ts';
import { evolve, evolveAll } from '../core/evolve.ts';
import { EMPTY, type State } from '../core/state.ts';
import type { Bus } from '../ports/bus.ts';
import type { Clock } from '../ports/clock.ts';
import type { Draft, Entry, Journal } from '../ports/journal.ts';

export interface DeskOptions {
  readonly journal: Journal;
  readonly bus: Bus;
  readonly clock: Clock;
  /** Told how long each durable append took. */
  readonly observeAppend?: (seconds: number) => void;
}

interface Waiting {
  readonly command: Command;
  readonly resolve: (events: readonly Recorded[]) => void;
  readonly reject: (error: unknown) => void;
}

interface Settled {
  readonly waiting: Waiting;
  readonly events: readonly Event[];
}

/**
 * Where commands queue. Decides one after the other, appends what all those waiting brought about in one durable
 * write, and only then answers: nothing is acknowledged before it is in the journal.
 */
export class Desk {
  readonly #journal: Journal;
  readonly #bus: Bus;
  readonly #clock: Clock;
  readonly #observeAppend: (seconds: number) => void;
  readonly #queue: Waiting[] = [];
  readonly #listeners = new Set<(entries: readonly Entry[]) => void>();
  #state: State;
  #working = false;

  constructor({ journal, bus, clock, observeAppend = () => {} }: DeskOptions) {
    this.#observeAppend = observeAppend;
    this.#journal = journal;
    this.#bus = bus;
    this.#clock = clock;
    this.#state = evolveAll(EMPTY, recordedEntries(journal.read(0)));
  }

  get state(): State {
    return this.#state;
  }

  nowMs(): number {
    return this.#clock.now();
  }

  /** The events a command brought about, durable. Rejects with a `Refusal` when it may not. */
  dispatch(command: Command): Promise<readonly Recorded[]> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ command, resolve, reject });
      if (!this.#working) void this.#work();
    });
  }

  /** Told after every durable append, in order. */
  onAppend(listener: (entries: readonly Entry[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #work(): Promise<void> {
    this.#working = true;
    while (this.#queue.length > 0) {
      // Whatever else arrived in this turn of the event loop shares the durable write.
      await new Promise(setImmediate);
      await this.#settle(this.#queue.splice(0));
    }
    this.#working = false;
  }

  async #settle(batch: readonly Waiting[]): Promise<void> {
    const at = new Date(this.#clock.now()).toISOString();
    const { state, settled } = decideAll(this.#state, batch, at);
    const drafts = settled.flatMap(({ events }) =>
      events.map((event) => ({ type: event.type, at, data: event.data })),
    );
    try {
      const entries = await this.#append(drafts);
      this.#state = state;
      const recorded = [...recordedEntries(entries)];
      for (const { waiting, events } of settled) waiting.resolve(recorded.splice(0, events.length));
      if (entries.length > 0) this.#tell(entries);
    } catch (error) {
      for (const { waiting } of settled) waiting.reject(error);
    }
  }

  async #append(drafts: readonly Draft[]): Promise<readonly Entry[]> {
    if (drafts.length === 0) return [];
    const startedMs = performance.now();
    const entries = await this.#journal.append(this.#state.size, drafts);
    this.#observeAppend((performance.now() - startedMs) / 1000);
    return entries;
  }

  #tell(entries: readonly Entry[]): void {
    this.#bus.tell(entries);
    for (const listener of this.#listeners) listener(entries);
  }
}

function decideAll(
  before: State,
  batch: readonly Waiting[],
  at: string,
): { state: State; settled: Settled[] } {
  let state = before;
  const settled: Settled[] = [];
  for (const waiting of batch) {
    try {
      const events = decide(state, timedAt(at, waiting.command));
      for (const event of events) state = evolve(state, { ...event, at, index: state.size });
      settled.push({ waiting, events });
    } catch (refusal) {
      waiting.reject(refusal);
    }
  }
  return { state, settled };
}

/** Decided at the time its entries are recorded with: whoever recomputes the decision from the journal has no other. */
function timedAt(at: string, command: Command): Command {
  return 'nowMs' in command ? { ...command, nowMs: Date.parse(at) } : command;
}

/** Journal entries as events: the journal holds only what this core wrote, so the type is known. */
export function* recordedEntries(entries: Iterable<Entry>): Iterable<Recorded> {
  for (const { type, data, index, at } of entries) yield { type, data, index, at } as Recorded;
}
