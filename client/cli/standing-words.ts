/** A standing in words. */
import { table } from '../../shared/terminal/table.ts';
import { wrapped } from '../../shared/terminal/wrap.ts';
import type { OwnStanding } from '../flow/own-standing.ts';

/** Influence from which rules that cannot weigh hear an update in full: docs/reference/aggregation-rules.md, "Common to all". */
const HEARD_FROM = 0.5;

export function standingInWords(standing: OwnStanding): string {
  const { verdicts, changes, advice } = standing;
  return [
    ...headLines(standing),
    ...conductLines(standing),
    ...(advice.length > 0 ? ['', 'what to do', ...advice.map((line) => wrapped(`  - ${line}`))] : []),
    '',
    table(
      changes,
      [
        { heading: 'changed', show: ({ at }) => at },
        { heading: 'round', align: 'right', show: ({ round }) => String(round || '–') },
        { heading: 'standing', show: ({ from, to }) => `${from} → ${to}` },
        { heading: 'by', show: ({ by }) => by },
        { heading: 'why', show: ({ reason }) => reason },
      ],
      'no change of standing yet',
    ),
    '',
    table(
      verdicts,
      [
        { heading: 'round', align: 'right', show: ({ round: of }) => String(of) },
        { heading: 'step', show: ({ step }) => step },
        { heading: 'verdict', show: ({ verdict }) => verdict?.decision ?? '' },
        { heading: 'weight', align: 'right', show: ({ appliedWeight }) => appliedWeight.toFixed(4) },
        { heading: 'code', show: ({ verdict }) => verdict?.code ?? '' },
        { heading: 'why', show: ({ verdict }) => verdict?.message ?? '' },
      ],
      'no verdicts yet',
    ),
  ].join('\n');
}

function headLines({
  member,
  name,
  federation,
  standing,
  since,
  round,
  phase,
  model,
}: OwnStanding): string[] {
  return [
    `${name} (${member}) in ${federation}: ${standing} since ${since}`,
    `round ${round}, ${phase || 'idle'}; model version ${model.current || 'none'}, installed here ${model.installed || 'none'}`,
    '',
  ];
}

function conductLines(standing: OwnStanding): string[] {
  const {
    reason,
    reputation,
    influence,
    judgedRounds,
    outlierRounds,
    policy,
    shadow,
    appeal,
    recommendation,
  } = standing;
  const { quarantineAfter, window, mode, paused } = policy;
  const named = outlierRounds.length > 0 ? ` (${outlierRounds.join(', ')})` : '';
  return [
    ...(reason ? [wrapped(`  why         ${reason}`)] : []),
    wrapped(`  reputation  ${reputation.toFixed(3)}; ${sayInWords(influence)}`),
    `  outliers    ${outlierRounds.length} of the last ${judgedRounds} judged rounds${named}; quarantine at ${quarantineAfter} of ${window}`,
    `  automation  ${mode}${paused ? ', paused' : ''}`,
    ...(shadow ? [`  quarantine  ${shadowInWords(shadow)}`] : []),
    ...(recommendation
      ? [`  advised     ${recommendation.to} (${recommendation.because}): ${recommendation.reason}`]
      : []),
    ...(appeal ? [`  appeal      ${appeal.at}: ${appeal.note}`] : []),
  ];
}

/** A node is not told the rule of its federation, so the words hold for each of them. */
function sayInWords(influence: number): string {
  if (influence === 0) return 'its updates count for nothing now';
  const share = `up to ${influence.toFixed(3)} of a full say`;
  if (influence === 1) return `its updates count ${share}`;
  const otherwise =
    influence < HEARD_FROM
      ? `not at all (from ${HEARD_FROM} on: in full)`
      : `in full (below ${HEARD_FROM}: not at all)`;
  return `its statistics and sums count ${share}; its gradients too where the rule can weigh, else ${otherwise}`;
}

function shadowInWords({ clean, needed }: NonNullable<OwnStanding['shadow']>): string {
  return needed > 0
    ? `${clean} of ${needed} clean rounds in a row`
    : `${clean} clean rounds in a row; an operator releases it`;
}
