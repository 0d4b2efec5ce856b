import { Refusal } from '../../shared/refusal.ts';
import type { Coordinator, Situation } from '../ports/coordinator.ts';

/** One look at the situation. Refuses `unavailable` at the first cut instead of waiting. */
export async function currentSituation(coordinator: Pick<Coordinator, 'follow'>): Promise<Situation> {
  const stop = new AbortController();
  let cut: Refusal | undefined;
  const situations = coordinator.follow(
    () => 0,
    stop.signal,
    (refusal) => {
      cut = refusal;
      stop.abort();
    },
  );
  try {
    for await (const situation of situations) return situation;
  } finally {
    stop.abort();
  }
  throw cut ?? new Refusal('unavailable', 'the coordinator ended the call without an answer');
}
