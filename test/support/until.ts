import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until `holds` does; the test's own time limit ends a wait in vain. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(5);
}
