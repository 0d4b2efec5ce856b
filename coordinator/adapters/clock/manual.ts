import type { Clock } from '../../ports/clock.ts';

interface Alarm {
  readonly dueMs: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is told to move; for tests and replays. */
export class ManualClock implements Clock {
  #nowMs: number;
  readonly #alarms = new Set<Alarm>();

  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): { cancel(): void } {
    const alarm = { dueMs: this.#nowMs + Math.max(0, delayMs), callback };
    this.#alarms.add(alarm);
    return { cancel: () => this.#alarms.delete(alarm) };
  }

  /** Callbacks not called yet. */
  get pending(): number {
    return this.#alarms.size;
  }

  /** Moves on, calling back what falls due in order of its time, then of its making; `now()` is that time meanwhile. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (let alarm = this.#nextDue(endMs); alarm !== undefined; alarm = this.#nextDue(endMs)) {
      this.#alarms.delete(alarm);
      this.#nowMs = alarm.dueMs;
      alarm.callback();
    }
    this.#nowMs = endMs;
  }

  #nextDue(endMs: number): Alarm | undefined {
    let next: Alarm | undefined;
    for (const alarm of this.#alarms) {
      if (alarm.dueMs <= endMs && (next === undefined || alarm.dueMs < next.dueMs)) next = alarm;
    }
    return next;
  }
}
