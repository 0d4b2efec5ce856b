/** Options that several commands share. */
import { resolve } from 'node:path';
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

/** ` --home <dir>` where it is not the default, to follow a command that is ready to be pasted; otherwise nothing. */
export function homeArgument({ home }: Pick<CommonOptions, 'home'>): string {
  if (resolve(home) === resolve(defaultHome())) return '';
  return / |'/.test(home) ? ` --home '${home.replaceAll("'", "'\\''")}'` : ` --home ${home}`;
}

export function homeOf({ home }: Pick<CommonOptions, 'home'>): HomeFolder {
  return new HomeFolder(home);
}
