/** The commands of `vedette-client`. */
import { Command } from 'commander';
import { VERSION } from '../shared/software.ts';
import { EXIT_CODES_HELP } from '../shared/terminal/run-program.ts';
import { addAppeal } from './cli/appeal.ts';
import { addDataCheck } from './cli/data-check.ts';
import { addEvidence } from './cli/evidence.ts';
import { addJoin } from './cli/join.ts';
import { addPull } from './cli/pull.ts';
import { addReceipts } from './cli/receipts.ts';
import { addRun } from './cli/run.ts';
import { addScore } from './cli/score.ts';
import { addStanding } from './cli/standing.ts';
import { addVerify } from './cli/verify.ts';

export function makeProgram(): Command {
  const program = new Command('vedette-client')
    .description(
      'A node of a Vedette federation: trains on rows that stay here, scores with the shared model.',
    )
    .version(VERSION)
    .showHelpAfterError('Add --help to see what is possible.')
    // Commands have a --version of their own.
    .enablePositionalOptions()
    .addHelpText(
      'after',
      `\nExample:\n  vedette-client join vedette1.eyJ… --data events.csv\n${EXIT_CODES_HELP}`,
    );
  for (const add of [
    addJoin,
    addDataCheck,
    addRun,
    addScore,
    addReceipts,
    addStanding,
    addEvidence,
    addAppeal,
    addPull,
    addVerify,
  ])
    add(program);
  return program;
}
