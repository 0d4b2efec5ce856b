/** What is said of the time that a grid still takes. */
import { describe, expect, it } from 'vitest';
import { roughly } from '../../coordinator/lab/progress.ts';

describe('the time that a grid still takes', () => {
  it('is told in seconds below two minutes, in minutes below an hour and a half, then in hours', () => {
    const told = [300, 17_400, 119_000, 119_001, 600_000, 89 * 60_000, 89 * 60_000 + 1, 7_200_000].map(
      roughly,
    );
    expect(told).toEqual(['1 s', '18 s', '119 s', '2 min', '10 min', '89 min', '1.5 h', '2.0 h']);
  });
});
