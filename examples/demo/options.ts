/** What `npm run demo -- …` can be asked for. */
import { Command, InvalidArgumentError, Option } from 'commander';
import type { ModelSpec } from '../../shared/federation/schema.ts';
import { Refusal } from '../../shared/refusal.ts';

export type FamilyName = ModelSpec['family'];

export interface DemoOptions {
  /** A folder with <org>.csv, <org>.incidents.csv and test.csv; undefined generates one. */
  readonly data: string | undefined;
  /** Undefined is the file of this example. */
  readonly federation: string | undefined;
  /** Undefined is the family of the federation file. */
  readonly family: FamilyName | undefined;
  /** Gradient rounds of the autoencoder; undefined is what the federation file says, else `DEFAULT_ROUNDS`. */
  readonly rounds: number | undefined;
  /** Undefined is every organisation of the folder, or `GENERATED_CLIENTS`. */
  readonly clients: number | undefined;
  /** Undefined is one on generated data with enough organisations to outvote it, else none. */
  readonly attackers: number | undefined;
  /** Undefined is what the federation file says, and the generator's own. */
  readonly seed: number | undefined;
  readonly json: string | undefined;
  /** Where everything stays; undefined is a folder that is removed at the end. */
  readonly keep: string | undefined;
}

export const DEFAULT_ROUNDS = 60;
export const GENERATED_CLIENTS = 8;

/** @param play the demonstration itself */
export function demoProgram(play: (options: DemoOptions) => Promise<void>): Command {
  return new Command('npm run demo --')
    .description(
      'A whole federation on this machine: a coordinator and its organisations as processes of their own, over TLS, from the first invite to a signed model in use.',
    )
    .option('--data <dir>', 'your own data: <org>.csv, <org>.incidents.csv and test.csv; needs --federation')
    .option(
      '--federation <file>',
      'federation file (default: the one of this example, which fits the generated data)',
    )
    .addOption(
      new Option('--family <name>', 'model family, instead of the one in the federation file').choices([
        'christoffel',
        'autoencoder',
      ] satisfies FamilyName[]),
    )
    .option(
      '--rounds <n>',
      `gradient rounds of the autoencoder (default: the federation file's, else ${DEFAULT_ROUNDS})`,
      atLeast(1),
    )
    .option(
      '--clients <n>',
      `how many organisations take part (default: all, generated ${GENERATED_CLIENTS})`,
      atLeast(1),
    )
    .option(
      '--attackers <n>',
      'how many of them send sign-flipped, ten times scaled updates (default: 1 on generated data, 0 with --data)',
      atLeast(0),
    )
    .option(
      '--seed <n>',
      "of the generated data, the federation and its draws (default: the federation file's, 1 for the data)",
      atLeast(0),
    )
    .option('--json <file>', 'write the figures there')
    .option('--keep <dir>', 'leave homes, data, scores and model there (default: all is removed)')
    .addHelpText(
      'after',
      '\nExamples:\n  npm run demo\n  npm run demo -- --family autoencoder --keep ./federation\n  npm run demo -- --data ./data --federation examples/nsl-kdd/federation.yaml --json result.json',
    )
    .action(async (given: Partial<DemoOptions>) => {
      const { data, federation, family, rounds, clients, attackers, seed, json, keep } = given;
      if (data !== undefined && federation === undefined) {
        throw new Refusal(
          'usage',
          '--data needs --federation: the file that declares the columns of your data; examples/nsl-kdd/federation.yaml is one to start from',
        );
      }
      await play({ data, federation, family, rounds, clients, attackers, seed, json, keep });
    });
}

function atLeast(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`A whole number of at least ${least} is expected.`);
  };
}
