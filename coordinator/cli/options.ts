import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
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

/** Options that every command has, an example, and what its exit codes mean. */
export function withHome(command: Command, example: string): Command {
  return command
    .addOption(
      new Option('--home <dir>', 'the coordinator’s home').default(
        DEFAULT_HOME,
        '$VEDETTE_COORDINATOR_HOME or ~/.vedette/coordinator',
      ),
    )
    .option('--json', 'print JSON on stdout')
    .addHelpText('after', `\nExample:\n  ${example}\n${EXIT_CODES_HELP}`);
}

/** For commands that speak to a running coordinator. */
export function withCommon(command: Command, example: string): Command {
  return withHome(command, example)
    .option('--profile <dir>', 'folder of an operator’s profile; default: the operator folder of the home')
    .option('--endpoint <host:port>', 'dial here instead of where the profile says');
}
