import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { EXIT_CODES_HELP } from '../../shared/terminal/run-program.ts';

/** What every command takes. */
export interface Common {
  readonly home: string;
  readonly json?: boolean;
  readonly profile?: string;
  readonly endpoint?: string;
}

export const DEFAULT_HOME =
  process.env.VEDETTE_COORDINATOR_HOME ?? join(homedir(), '.vedette', 'coordinator');

export function withHome(command: Command): Command {
  return command
    .option('--home <dir>', 'the coordinator’s home (VEDETTE_COORDINATOR_HOME)', DEFAULT_HOME)
    .option('--json', 'print JSON')
    .addHelpText('after', EXIT_CODES_HELP);
}

/** For commands that speak to a running coordinator. */
export function withCommon(command: Command): Command {
  return withHome(command)
    .option('--profile <dir>', 'an operator profile, when not on the coordinator’s host')
    .option('--endpoint <host:port>', 'dial here instead of where the profile says');
}
