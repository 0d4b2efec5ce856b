import type { Command } from 'commander';
import { wholeNumber } from '../../shared/terminal/number-arguments.ts';
import { say } from '../../shared/terminal/run-program.ts';
import { type Column, table } from '../../shared/terminal/table.ts';
import { wrapped } from '../../shared/terminal/wrap.ts';
import type { OwnEvidence, OwnFinding, OwnRequirement } from '../flow/own-evidence.ts';
import { type CommonOptions, homeOf, withCommon } from './options.ts';

const FINDINGS: readonly Column<OwnFinding>[] = [
  { heading: '', show: ({ passed }) => (passed ? 'passed' : 'FAILED') },
  { heading: 'CHECK', show: ({ check }) => check },
  { heading: 'OWN', show: ({ value }) => short(value), align: 'right' },
  { heading: 'BOUND', show: ({ bound }) => boundText(bound), align: 'right' },
  { heading: 'LOWEST', show: ({ cohort }) => figure(cohort?.lowest), align: 'right' },
  { heading: 'MEDIAN', show: ({ cohort }) => figure(cohort?.median), align: 'right' },
  { heading: 'HIGHEST', show: ({ cohort }) => figure(cohort?.highest), align: 'right' },
];

const REQUIREMENTS: readonly Column<OwnRequirement>[] = [
  { heading: 'WOULD HAVE PASSED', show: ({ check }) => check },
  { heading: 'SEEN', show: ({ value }) => short(value), align: 'right' },
  {
    heading: 'AT',
    show: ({ passesAt }) => (passesAt === undefined ? '–' : short(passesAt)),
    align: 'right',
  },
];

export function addEvidence(program: Command): void {
  const command = program
    .command('evidence')
    .summary("everything measured of this node's update in one round")
    .description(
      'Asks the coordinator what it measured of the update that this node sent: every number against its bound and against the cohort, and what would have passed. Other members are not named.',
    )
    .argument('<round>', 'number of the round', wholeNumber(1))
    .action(async (round: number, options: CommonOptions) => {
      const evidence = await ask(options, round);
      say(options.json, evidence, () => inWords(evidence));
    });
  withCommon(command, 'vedette-client evidence 12');
}

async function ask(options: CommonOptions, round: number): Promise<OwnEvidence> {
  const [{ openStation }, { ownEvidence }] = await Promise.all([
    import('../compose.ts'),
    import('../flow/own-evidence.ts'),
  ]);
  const station = await openStation(homeOf(options));
  try {
    return await ownEvidence(station.coordinator, round);
  } finally {
    station.coordinator.close();
  }
}

function inWords(evidence: OwnEvidence): string {
  const { round, run, step, seat, verdict, appliedWeight, equalShare, influence, counterfactual } = evidence;
  const failed = evidence.findings.filter(({ passed }) => !passed);
  return [
    [
      `round ${round} of ${run}, step ${step}${seat === 'shadow' ? ', in quarantine' : ''}`,
      wrapped(`  verdict   ${verdict.decision}${verdict.code ? ` ${verdict.code}` : ''}: ${verdict.message}`),
      `  weight    ${appliedWeight.toFixed(4)} applied, an equal share is ${equalShare.toFixed(4)}; influence ${short(influence)}`,
      `  update    ${evidence.update}`,
      `  evidence  ${evidence.evidence}`,
    ].join('\n'),
    table(evidence.findings, FINDINGS, 'no check had anything to compare it with'),
    ...(failed.length > 0
      ? [failed.map(({ check, message }) => wrapped(`  ${check}: ${message}`)).join('\n')]
      : []),
    ...(counterfactual.requirements.length > 0
      ? [
          `${table(counterfactual.requirements, REQUIREMENTS, '')}\n${wrapped(`enough: ${counterfactual.enough}`)}`,
        ]
      : []),
    ...(evidence.distances.length > 0
      ? [wrapped(`distances to the others: ${evidence.distances.map(short).join(', ')}`)]
      : []),
    ...(evidence.layers.length > 0
      ? [
          wrapped(
            `largest parts of its distance to the mean: ${evidence.layers
              .map(({ name, share }) => `${name} ${(share * 100).toFixed(1)} %`)
              .join(', ')}`,
          ),
        ]
      : []),
    trailText(evidence),
  ].join('\n\n');
}

/** The trail holds no update that was refused at the door, though it was an outlier: the words say so. */
export function trailText({ trail }: Pick<OwnEvidence, 'trail'>): string {
  if (trail.length === 0) return 'no round before in which it was held against others';
  const outliers = trail.filter(({ clean }) => !clean).map(({ round }) => round);
  const which = outliers.length > 0 ? ` (${outliers.join(', ')})` : '';
  return wrapped(
    `an outlier in ${outliers.length} of the ${trail.length} rounds before in which it was held against others${which}; refusals at the door are not counted`,
  );
}

function boundText(bound: OwnFinding['bound']): string {
  if (bound === undefined) return '–';
  return typeof bound === 'number' ? `≤ ${short(bound)}` : `${short(bound[0])} … ${short(bound[1])}`;
}

function figure(value: number | undefined): string {
  return value === undefined ? '–' : short(value);
}

/** Three digits that count; counts are whole. */
function short(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return String(value);
  return String(Number(value.toPrecision(3)));
}
