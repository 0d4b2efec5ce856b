import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal } from '../../shared/refusal.ts';

const EVERY_MS = 100;

/** Asks until there is an answer; a coordinator out of reach is asked again. The test's own limit ends a wait in vain. */
export async function waitFor<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask().catch((error: unknown) => {
      if (error instanceof Refusal && error.kind === 'unavailable') return undefined;
      throw error;
    });
    if (answer !== undefined) return answer;
    await sleep(EVERY_MS);
  }
}
