import type { Command } from 'commander';
import { say } from '../../shared/terminal/run-program.ts';
import { type CommonOptions, homeOf, withCommon } from './options.ts';

interface Lodged {
  readonly note: string;
  readonly appealedAt: string;
}

export function addAppeal(program: Command): void {
  const command = program
    .command('appeal <note>')
    .summary('say something to a refused update or a lost standing')
    .description(
      'Leaves a note with the operators, kept in the journal: what happened, and what was done about it. Possible after a refused update, in quarantine, or while suspended; at most 1000 characters, once a day.',
    )
    .action(async (note: string, options: CommonOptions) => {
      const lodged = await lodge(note, options);
      say(
        options.json,
        lodged,
        () => `lodged at ${lodged.appealedAt}; the operators see it with members list`,
      );
    });
  withCommon(command, "vedette-client appeal 'a scanner flooded us on Monday; its rows are marked now'");
}

async function lodge(note: string, options: CommonOptions): Promise<Lodged> {
  const { openStation } = await import('../compose.ts');
  const station = await openStation(homeOf(options));
  try {
    return { note, appealedAt: await station.coordinator.appeal(note) };
  } finally {
    station.coordinator.close();
  }
}
