/** Time enters the core only through commands; this is where they get it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once after `delayMs`; the handle cancels. */
  after(delayMs: number, callback: () => void): { cancel(): void };
}
