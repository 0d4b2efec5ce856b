import type { Command } from 'commander';
import { say } from '../../shared/terminal/run-program.ts';
import { table } from '../../shared/terminal/table.ts';
import type { OwnVerdict, Situation } from '../ports/coordinator.ts';
import { type CommonOptions, homeOf, withCommon } from './options.ts';

/** Verdicts shown; `receipts` has them all. */
const LATEST = 10;

interface Standing {
  readonly member: string;
  readonly name: string;
  readonly federation: string;
  readonly standing: string;
  readonly round: number;
  readonly run: string;
  readonly phase: string;
  /** Version the federation runs, and version installed here; 0 for none. */
  readonly model: { readonly current: number; readonly installed: number };
  readonly verdicts: readonly OwnVerdict[];
}

export function addStanding(program: Command): void {
  const command = program
    .command('standing')
    .summary('how this node stands, and the latest verdicts on its updates')
    .description('Asks the coordinator how this node stands and what became of its updates.')
    .action(async (options: CommonOptions) => {
      const standing = await ask(options);
      say(options.json, standing, () => inWords(standing));
    });
  withCommon(command, 'vedette-client standing');
}

async function ask(options: CommonOptions): Promise<Standing> {
  const [{ modelsOf, openStation }, { currentSituation }] = await Promise.all([
    import('../compose.ts'),
    import('../flow/current-situation.ts'),
  ]);
  const station = await openStation(homeOf(options));
  try {
    const situation: Situation = await currentSituation(station.coordinator);
    const { member, name, federation } = station.membership;
    const { standing, round, run, phase } = situation;
    const verdicts = (await station.coordinator.verdicts(0)).slice(-LATEST);
    const installed = (await modelsOf(station).current())?.version ?? 0;
    return {
      member,
      name,
      federation,
      standing,
      round,
      run,
      phase,
      model: { current: situation.model?.version ?? 0, installed },
      verdicts,
    };
  } finally {
    station.coordinator.close();
  }
}

function inWords({ member, name, federation, standing, round, phase, model, verdicts }: Standing): string {
  return [
    `${name} (${member}) in ${federation}: ${standing}`,
    `round ${round}, ${phase || 'idle'}; model version ${model.current || 'none'}, installed here ${model.installed || 'none'}`,
    '',
    table(
      verdicts,
      [
        { heading: 'round', align: 'right', show: ({ round: of }) => String(of) },
        { heading: 'step', show: ({ step }) => step },
        { heading: 'verdict', show: ({ verdict }) => verdict?.decision ?? '' },
        { heading: 'code', show: ({ verdict }) => verdict?.code ?? '' },
        { heading: 'why', show: ({ verdict }) => verdict?.message ?? '' },
      ],
      'no verdicts yet',
    ),
  ].join('\n');
}
