/** The flows of a coordinator over a story told so far, on a clock that a test moves. Nothing here touches a disk. */
import { setImmediate } from 'node:timers/promises';
import { pino } from 'pino';
import { MemoryBlobs } from '../../coordinator/adapters/blobs/memory.ts';
import { InProcessBus } from '../../coordinator/adapters/bus/in-process.ts';
import { ManualClock } from '../../coordinator/adapters/clock/manual.ts';
import { WorkerCompute } from '../../coordinator/adapters/compute/worker-compute.ts';
import { MemoryJournal } from '../../coordinator/adapters/journal/memory.ts';
import { Conductor } from '../../coordinator/flow/conduct.ts';
import type { Context } from '../../coordinator/flow/context.ts';
import { Desk } from '../../coordinator/flow/desk.ts';
import { ProgressBook } from '../../coordinator/flow/progress.ts';
import { Prover } from '../../coordinator/flow/prove.ts';
import type { Blobs } from '../../coordinator/ports/blobs.ts';
import { makeKey } from '../../shared/identity/keys.ts';
import type { Story } from '../core/story.ts';

export interface ToldCoordinator {
  readonly context: Context;
  readonly clock: ManualClock;
  readonly conductor: Conductor;
  /** Lets everything that is due happen. */
  settle(): Promise<void>;
  /** Moves the clock on in steps, and lets everything that falls due happen. */
  pass(ms: number): Promise<void>;
}

export interface Circumstances {
  /** Time between the story's last entry and the start of this coordinator. */
  readonly downMs?: number;
  readonly blobs?: Partial<Blobs>;
}

export async function coordinatorOf(
  story: Story,
  { downMs = 0, blobs = {} }: Circumstances = {},
): Promise<ToldCoordinator> {
  const journal = new MemoryJournal();
  await journal.append(
    0,
    story.recorded.map(({ type, at, data }) => ({ type, at, data })),
  );
  const clock = new ManualClock(story.nowMs + downMs);
  const heads = { last: () => undefined, remember: () => {} };
  const context: Context = {
    desk: new Desk({ journal, bus: new InProcessBus(), clock }),
    journal,
    blobs: Object.assign(new MemoryBlobs(), blobs),
    compute: new WorkerCompute(),
    clock,
    progress: new ProgressBook(),
    prover: new Prover({ origin: 'told', key: makeKey('log'), heads, entries: journal.read(0) }),
    publisher: { identity: makeKey('coordinator'), release: makeKey('publisher'), software: 'vedette/test' },
    log: pino({ level: 'silent' }),
    servesSinceMs: clock.now(),
    canaryFile: undefined,
    timed: (_phase, work) => work(),
  };
  const settle = async () => {
    for (let turn = 0; turn < 20; turn++) await setImmediate();
  };
  return {
    context,
    clock,
    conductor: new Conductor(context),
    settle,
    async pass(ms) {
      for (let passed = 0; passed < ms; passed += STEP_MS) {
        clock.advance(Math.min(STEP_MS, ms - passed));
        await settle();
      }
    },
  };
}

const STEP_MS = 250;
