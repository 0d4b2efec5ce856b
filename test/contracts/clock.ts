/** What every clock must do. Run by each adapter's test. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../coordinator/ports/clock.ts';

export interface ClockSubject {
  readonly clock: Clock;
  /** Lets at least `ms` go by on this clock, with what falls due in it called back. */
  pass(ms: number): Promise<void>;
}

export function clockContract(name: string, subjectOf: () => ClockSubject): void {
  describe(`${name} as a clock`, () => {
    let clock: Clock;
    let pass: ClockSubject['pass'];

    beforeEach(() => {
      ({ clock, pass } = subjectOf());
    });

    it('moves forward, in whole milliseconds', async () => {
      const before = clock.now();
      await pass(5);
      expect(clock.now()).toBeGreaterThanOrEqual(before + 5);
      expect(Number.isInteger(clock.now())).toBe(true);
    });

    it('calls back once, and not within the call', async () => {
      let calls = 0;
      clock.after(0, () => {
        calls += 1;
      });
      expect(calls).toBe(0);
      await pass(20);
      await pass(20);
      expect(calls).toBe(1);
    });

    it('calls back what was asked for a time past', async () => {
      let calls = 0;
      clock.after(-1000, () => {
        calls += 1;
      });
      await pass(20);
      expect(calls).toBe(1);
    });

    it('calls back in order of time', async () => {
      const called: string[] = [];
      clock.after(40, () => called.push('later'));
      clock.after(5, () => called.push('sooner'));
      await pass(120);
      expect(called).toEqual(['sooner', 'later']);
    });

    it('never calls back what was cancelled, and cancels twice without harm', async () => {
      let calls = 0;
      const handle = clock.after(5, () => {
        calls += 1;
      });
      handle.cancel();
      handle.cancel();
      await pass(50);
      expect(calls).toBe(0);
    });

    it('takes a new call from within a callback', async () => {
      const called: string[] = [];
      clock.after(1, () => {
        called.push('first');
        clock.after(1, () => called.push('second'));
      });
      await pass(100);
      expect(called).toEqual(['first', 'second']);
    });

    it('does not call back at once what is asked for in forty days', async () => {
      let calls = 0;
      const handle = clock.after(40 * 24 * 3_600_000, () => {
        calls += 1;
      });
      await pass(20);
      expect(calls).toBe(0);
      handle.cancel();
    });
  });
}
