import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ManualClock } from '../../../coordinator/adapters/clock/manual.ts';
import { SystemClock } from '../../../coordinator/adapters/clock/system.ts';
import { clockContract } from '../../contracts/clock.ts';

clockContract('the manual clock', () => {
  const clock = new ManualClock(1_700_000_000_000);
  return { clock, pass: async (ms) => clock.advance(ms) };
});

clockContract('the system clock', () => {
  const clock = new SystemClock();
  /** Timers are never early but may be late: passed is when a timer of our own, made after the others, has fired. */
  const pass = async (ms: number): Promise<void> => {
    const untilMs = clock.now() + ms;
    while (clock.now() < untilMs) await sleep(ms);
    await sleep(1);
  };
  return { clock, pass };
});

describe('the manual clock', () => {
  it('shows each callback the time it was due, in order, equal times as they were made', () => {
    const clock = new ManualClock(100);
    const seen: [string, number][] = [];
    clock.after(30, () => seen.push(['c', clock.now()]));
    clock.after(10, () => {
      seen.push(['a', clock.now()]);
      clock.after(5, () => seen.push(['b', clock.now()]));
    });
    clock.after(30, () => seen.push(['d', clock.now()]));
    clock.after(31, () => seen.push(['late', clock.now()]));
    clock.advance(30);
    expect(seen).toEqual([
      ['a', 110],
      ['b', 115],
      ['c', 130],
      ['d', 130],
    ]);
    expect(clock.now()).toBe(130);
    expect(clock.pending).toBe(1);
  });
});

describe('the system clock', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('calls back after forty days, once', () => {
    vi.useFakeTimers();
    const days = 24 * 3_600_000;
    let calls = 0;
    new SystemClock().after(40 * days, () => {
      calls += 1;
    });
    vi.advanceTimersByTime(40 * days - 1);
    expect(calls).toBe(0);
    vi.advanceTimersByTime(1);
    expect(calls).toBe(1);
    vi.advanceTimersByTime(80 * days);
    expect(calls).toBe(1);
  });
});
