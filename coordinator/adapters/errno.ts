/** The operating system's error codes, and the one that adapters turn into a refusal of their own. */
import { Refusal } from '../../shared/refusal.ts';

export function isErrno(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/** `disk_full` naming the path when a write failed for want of space or quota; any other error as it is. */
export function refuseWhenFull(error: unknown, path: string): unknown {
  if (!isErrno(error, 'ENOSPC', 'EDQUOT')) return error;
  return new Refusal('disk_full', `no space left on the volume of ${path}`, { path });
}
