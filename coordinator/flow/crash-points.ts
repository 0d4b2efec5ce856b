/**
 * Every step at which the coordinator may be killed without losing anything, in the order of a round.
 * `test/resume` starts the real process with VEDETTE_CRASH_AT=<label>[:n] and it kills itself with SIGKILL the
 * n-th time it passes there; a second start must publish byte-identical weights.
 */
export const CRASH_POINTS = [
  'run-opened',
  'round-opened',
  'upload-half-way',
  'upload-durable',
  'update-inspected',
  'update-journalled',
  'receipt-signed',
  'collection-closed',
  'evidence-written',
  'cohort-screened',
  'aggregate-written',
  'aggregate-adopted',
  'round-aggregated',
  'candidate-written',
  'candidate-assembled',
  'vote-journalled',
  'candidate-evaluated',
  'manifest-signed',
  'model-promoted',
] as const;

export type CrashPoint = (typeof CRASH_POINTS)[number];

let passesLeft: number | undefined;

/** Marks a step. Does nothing unless the environment names this very label. */
export function crashPoint(label: CrashPoint): void {
  const [wanted, nth = '1'] = (process.env.VEDETTE_CRASH_AT ?? '').split(':');
  if (wanted !== label) return;
  passesLeft = (passesLeft ?? Number(nth)) - 1;
  if (passesLeft === 0) process.kill(process.pid, 'SIGKILL');
}
