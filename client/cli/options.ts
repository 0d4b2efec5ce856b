/** Options that several commands share. */
import { type Command, Option } from 'commander';
import { EXIT_CODES_HELP } from '../../shared/terminal/run-program.ts';
import { defaultHome } from '../adapters/home/default-home.ts';
import { HomeFolder } from '../adapters/home/home-folder.ts';

export interface CommonOptions {
  readonly home: string;
  readonly json: boolean;
}

/** Adds --home, --json and what --help says last: an example and the exit codes. */
export function withCommon(command: Command, example: string): Command {
  return command
    .addOption(
      new Option('--home <dir>', 'folder of this node').default(
        defaultHome(),
        '$VEDETTE_HOME or ~/.vedette/client',
      ),
    )
    .option('--json', 'print JSON on stdout', false)
    .addHelpText('after', `\nExample:\n  ${example}\n${EXIT_CODES_HELP}`);
}

export function homeOf({ home }: Pick<CommonOptions, 'home'>): HomeFolder {
  return new HomeFolder(home);
}
