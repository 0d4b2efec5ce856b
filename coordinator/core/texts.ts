/** Free text that enters the journal is short: whoever may write there must not be able to fill it. */
import { Refusal } from '../../shared/refusal.ts';

/** Below what receipts and manifests can carry, with room for what stands around it. */
export const MAX_REASON_CHARACTERS = 1000;
/** Name and version of a program or of an algebra backend. */
export const MAX_SOFTWARE_CHARACTERS = 128;

/** A reason made of others, cut to what a reason may have. */
export function shortReason(text: string): string {
  return text.length <= MAX_REASON_CHARACTERS ? text : `${text.slice(0, MAX_REASON_CHARACTERS - 1)}…`;
}

/** Refuses `usage`. */
export function requireShort(what: string, text: string, most: number): void {
  if (text.length <= most) return;
  throw new Refusal('usage', `${what} has ${text.length} characters (bound ${most})`, {
    characters: text.length,
    bound: most,
  });
}
