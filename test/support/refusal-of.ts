import { Refusal } from '../../shared/refusal.ts';

/** The refusal an action gives; anything else it does fails the test. */
export function refusalOf(action: () => unknown): Refusal {
  try {
    action();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('expected a refusal, but the action went through');
}

/** The same for an action that is awaited. */
export async function refusalOfAsync(action: () => Promise<unknown>): Promise<Refusal> {
  try {
    await action();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('expected a refusal, but the action went through');
}
