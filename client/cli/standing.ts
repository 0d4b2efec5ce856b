import type { Command } from 'commander';
import { say } from '../../shared/terminal/run-program.ts';
import type { OwnStanding } from '../flow/own-standing.ts';
import { type CommonOptions, homeArgument, homeOf, withCommon } from './options.ts';
import { standingInWords } from './standing-words.ts';

export function addStanding(program: Command): void {
  const command = program
    .command('standing')
    .summary('how this node stands and why, and the latest verdicts on its updates')
    .description(
      'Asks the coordinator how this node stands: its reputation and the weight that goes with it, how far it is from quarantine or out of it, why, what to do, and what became of its updates.',
    )
    .action(async (options: CommonOptions) => {
      const standing = await ask(options);
      say(options.json, standing, () => standingInWords(standing));
    });
  withCommon(command, 'vedette-client standing --json');
}

async function ask(options: CommonOptions): Promise<OwnStanding> {
  const [{ modelsOf, openStation }, { ownStanding }] = await Promise.all([
    import('../compose.ts'),
    import('../flow/own-standing.ts'),
  ]);
  const station = await openStation(homeOf(options));
  try {
    const installed = (await modelsOf(station).current())?.version ?? 0;
    return await ownStanding({ ...station, installed, homeArgument: homeArgument(options) });
  } finally {
    station.coordinator.close();
  }
}
