import { nextDeadlineMs } from '../core/round/collection.ts';
import { openRound } from '../core/state.ts';
import { type Context, federationOf } from './context.ts';

/** How often a round past its deadline looks whether its stragglers still move. */
const STRAGGLER_POLL_MS = 500;

/** Closes the collection when its time has come; otherwise says when to look again. Updates come in through `submit`. */
export async function collect(context: Context): Promise<number | undefined> {
  const { desk, clock, progress } = context;
  const windows = federationOf(context).rounds;
  const nowMs = clock.now();
  await desk.dispatch({ type: 'tick', nowMs, moving: progress.moving(windows.idle, nowMs) });
  const phase = openRound(desk.state);
  if (!phase) return undefined;
  return Math.max(STRAGGLER_POLL_MS, nextDeadlineMs(phase, windows) - nowMs);
}
