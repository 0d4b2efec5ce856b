import { Command } from 'commander';
import { EXIT_CODES_HELP, runProgram } from '../shared/terminal/run-program.ts';
import { addJoinCommand } from './cli/join.ts';
import { addJournalCommands } from './cli/journal.ts';
import { addMemberCommands } from './cli/members.ts';
import { addModelCommands } from './cli/models.ts';
import { addRoundCommands } from './cli/rounds.ts';
import { addServeCommands } from './cli/serve.ts';

const program = new Command('vedette-coordinator')
  .description(
    'Coordinates a federation: hands out the shared model, judges every update, publishes the result with its proof.',
  )
  .addHelpText('after', EXIT_CODES_HELP);

addServeCommands(program);
addMemberCommands(program);
addJoinCommand(program);
addRoundCommands(program);
addModelCommands(program);
addJournalCommands(program);
await runProgram(program, process.argv);
