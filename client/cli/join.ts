import { resolve } from 'node:path';
import type { Command } from 'commander';
import { Refusal } from '../../shared/refusal.ts';
import { say } from '../../shared/terminal/run-program.ts';
import type { DataSection, Joined } from '../flow/join.ts';
import { type CommonOptions, homeArgument, homeOf, withCommon } from './options.ts';

interface JoinOptions extends CommonOptions {
  readonly data?: string;
  readonly label?: string;
  readonly normal?: readonly string[];
  readonly incidents?: string;
}

export function addJoin(program: Command): void {
  const command = program
    .command('join')
    .summary('enrol this host with an invite')
    .description(
      'Makes the keys of this node here, readable by you only, and enrols them. Safe to repeat after a cut.',
    )
    .argument('<invite>', 'the text that the operator handed over')
    .option('--data <file>', 'rows to train on: .csv, .csv.gz, .ndjson or .parquet')
    .option('--label <column>', 'column that says whether a row is normal')
    .option('--normal <value...>', 'values of that column that mean normal')
    .option(
      '--incidents <file>',
      'known incidents, with columns label and category: judged with, never trained on',
    )
    .action(async (invite: string, options: JoinOptions) => {
      const joined = await enrolHome(invite, options);
      say(
        options.json,
        { home: homeOf(options).folder, ...joined.membership, standing: joined.standing },
        () => inWords(joined, options),
      );
    });
  withCommon(command, 'vedette-client join vedette1.eyJ… --data events.csv --label label --normal normal');
}

async function enrolHome(text: string, options: JoinOptions): Promise<Joined> {
  const data = dataSection(options);
  const [{ decodeInvite }, { configure, join }, { enrol }] = await Promise.all([
    import('../../shared/identity/invite.ts'),
    import('../flow/join.ts'),
    import('../adapters/remote-coordinator.ts'),
  ]);
  const home = homeOf(options);
  const invite = decodeInvite(text, Date.now());
  if (invite.role === 'operator')
    throw new Refusal('usage', 'the invite is for an operator; that one joins with vedette-coordinator join');
  const joined = await join(home, invite, enrol, Date.now());
  await configure(home, data);
  return joined;
}

/** Refuses `usage` for options that make no sense alone. */
function dataSection({ data, label, normal, incidents }: JoinOptions): DataSection | undefined {
  if (!data) {
    const orphan = Object.entries({ label, normal, incidents }).find(([, value]) => value !== undefined)?.[0];
    if (orphan) throw new Refusal('usage', `--${orphan} needs --data`);
    return undefined;
  }
  if ((label === undefined) !== (normal === undefined))
    throw new Refusal('usage', '--label and --normal go together');
  return {
    file: resolve(data),
    ...(label !== undefined && normal ? { label: { column: label, normal: [...normal] } } : {}),
    ...(incidents ? { incidents: resolve(incidents) } : {}),
  };
}

/** What comes after joining, ready to be pasted: a home of one's own has to be named again. */
function nextSteps({ role }: Joined['membership'], options: JoinOptions): string[] {
  const steps = role === 'integrator' ? ['pull ./model', 'verify ./model'] : ['data check', 'run'];
  return steps.map((step) => `  vedette-client ${step}${homeArgument(options)}`);
}

function inWords({ membership, standing }: Joined, options: JoinOptions): string {
  const waits = standing === 'pending' ? ' until the operator approves' : '';
  return [
    `joined ${membership.federation} as ${membership.name}`,
    `  member       ${membership.member}`,
    `  standing     ${standing}${waits}`,
    `  key          ${membership.did}`,
    `  coordinator  ${membership.coordinator}`,
    `  CA           ${membership.caFingerprint}`,
    `  home         ${homeOf(options).folder}`,
    '',
    'Compare key and CA with the operator over another channel, then:',
    ...nextSteps(membership, options),
  ].join('\n');
}
