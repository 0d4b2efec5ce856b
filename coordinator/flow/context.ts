import type { Logger } from 'pino';
import type { Federation } from '../../shared/federation/schema.ts';
import { foundedFederation } from '../core/run/decide-run.ts';
import type { Phase, Run, State } from '../core/state.ts';
import type { BlobLocation, Blobs } from '../ports/blobs.ts';
import type { Clock } from '../ports/clock.ts';
import type { Compute } from '../ports/compute.ts';
import type { Journal } from '../ports/journal.ts';
import type { Desk } from './desk.ts';
import type { ProgressBook } from './progress.ts';
import type { Prover } from './prove.ts';
import type { Publisher } from './publisher.ts';

/** What every step of a round may use. Put together once, in `compose.ts`. */
export interface Context {
  readonly desk: Desk;
  readonly journal: Journal;
  readonly blobs: Blobs;
  readonly compute: Compute;
  readonly clock: Clock;
  readonly progress: ProgressBook;
  readonly prover: Prover;
  readonly publisher: Publisher;
  readonly log: Logger;
  /** When this process began to serve, in milliseconds since the epoch. */
  readonly servesSinceMs: number;
  /** Absolute path of the canary file, when the federation has one. */
  readonly canaryFile: string | undefined;
  /** Measures how long the work of a phase takes. */
  readonly timed: <T>(phase: 'screen' | 'aggregate' | 'evaluate', work: () => Promise<T>) => Promise<T>;
}

export function federationOf(context: Context): Federation {
  return foundedFederation(context.desk.state);
}

/** The run, when it still is in this phase. */
export function runIn<P extends Phase['phase']>(
  state: State,
  phase: P,
): (Omit<Run, 'phase'> & { readonly phase: Extract<Phase, { phase: P }> }) | undefined {
  const run = state.run;
  return run?.phase.phase === phase
    ? (run as Omit<Run, 'phase'> & { phase: Extract<Phase, { phase: P }> })
    : undefined;
}

/** Where a worker reads an optional blob. */
export async function locateIfAny(
  blobs: Pick<Blobs, 'locate'>,
  digest: string | undefined,
): Promise<BlobLocation | undefined> {
  return digest === undefined ? undefined : blobs.locate(digest);
}

export function waitMs(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => clock.after(delayMs, resolve));
}
