import { describe, expect, it } from 'vitest';
import { MIN_MOVED_BYTES, ProgressBook } from '../../coordinator/flow/progress.ts';

const IDLE_MS = 1_000;

function book(): ProgressBook {
  const progress = new ProgressBook();
  progress.open(['ada', 'bob'], 0);
  return progress;
}

describe('progress', () => {
  it('counts everyone as just having moved when a round opens, and forgets the round before', () => {
    const progress = book();
    expect([...progress.moving(IDLE_MS, 999)]).toEqual(['ada', 'bob']);
    expect([...progress.moving(IDLE_MS, 1_000)]).toEqual([]);
    progress.open(['cyd'], 5_000);
    expect([...progress.moving(IDLE_MS, 5_500)]).toEqual(['cyd']);
  });

  it('is bytes that moved, however slowly they come in together', () => {
    const progress = book();
    progress.moved('ada', MIN_MOVED_BYTES / 2, 2_000);
    expect([...progress.moving(IDLE_MS, 2_000)]).toEqual([]);
    progress.moved('ada', MIN_MOVED_BYTES / 2, 3_000);
    expect([...progress.moving(IDLE_MS, 3_500)]).toEqual(['ada']);
  });

  it('is training that advanced by a hundredth at least, so that it cannot be pretended for ever', () => {
    const progress = book();
    let moves = 0;
    for (let report = 1; report <= 10_000; report++) {
      const nowMs = report * IDLE_MS;
      progress.trained('ada', report, 10_000, nowMs);
      if (progress.moving(IDLE_MS, nowMs).has('ada')) moves += 1;
    }
    expect(moves).toBeLessThanOrEqual(100);
    expect(moves).toBeGreaterThan(90);
  });

  it.each([
    ['backwards', 1, 100],
    ['of nothing', 50, 0],
    ['not a number', Number.NaN, 100],
    ['negative', -5, 100],
  ])('is not training that is %s', (_, done, of) => {
    const progress = book();
    progress.trained('ada', 50, 100, 100);
    progress.trained('ada', done, of, 5_000);
    expect(progress.moving(IDLE_MS, 5_000).has('ada')).toBe(false);
  });

  it('of someone outside the cohort is not kept', () => {
    const progress = book();
    progress.moved('eve', MIN_MOVED_BYTES, 5_000);
    progress.trained('eve', 1, 2, 5_000);
    expect([...progress.moving(IDLE_MS, 5_000)]).toEqual([]);
  });
});
