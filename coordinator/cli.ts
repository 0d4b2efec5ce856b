/** The commands of `vedette-coordinator`. */
import { Command } from 'commander';
import { VERSION } from '../shared/software.ts';
import { EXIT_CODES_HELP } from '../shared/terminal/run-program.ts';
import { addAutomationCommands } from './cli/automation.ts';
import { addIdentityCommand } from './cli/identity.ts';
import { addJoinCommand } from './cli/join.ts';
import { addJournalCommands } from './cli/journal.ts';
import { addLabCommand } from './cli/lab.ts';
import { addMemberCommands } from './cli/members.ts';
import { addModelCommands } from './cli/models.ts';
import { addRoundCommands } from './cli/rounds.ts';
import { addServeCommands } from './cli/serve.ts';

export function makeProgram(): Command {
  const program = new Command('vedette-coordinator')
    .description(
      'Coordinates a federation: hands out the shared model, judges every update, publishes the result with its proof.',
    )
    .version(VERSION)
    .showHelpAfterError('Add --help to see what is possible.')
    .addHelpText(
      'after',
      `\nExample:\n  vedette-coordinator init federation.yaml\n  vedette-coordinator serve\n${EXIT_CODES_HELP}`,
    );
  for (const add of [
    addServeCommands,
    addIdentityCommand,
    addMemberCommands,
    addAutomationCommands,
    addJoinCommand,
    addRoundCommands,
    addModelCommands,
    addJournalCommands,
    addLabCommand,
  ])
    add(program);
  return program;
}
