import { homedir } from 'node:os';
import { join } from 'node:path';

/** $VEDETTE_HOME, else ~/.vedette/client. */
export function defaultHome(): string {
  return process.env.VEDETTE_HOME ?? join(homedir(), '.vedette', 'client');
}
