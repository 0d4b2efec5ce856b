/** What was refused, with the evidence that the coordinator gave for it. */
import { printable } from '../../../shared/terminal/run-program.ts';
import { DRILL } from '../consortium.ts';
import type { Ink } from '../ink.ts';
import type { Outcome, RefusedKind } from '../results.ts';
import { counted } from './figures.ts';

export function refusedText({ refused, attackers }: Outcome, ink: Ink): string {
  const drill =
    attackers.length > 0
      ? [
          `${attackers.join(' and ')} sent updates with their sign flipped, ten times as large (drill ${DRILL}).`,
          '',
        ]
      : [];
  return [
    ...drill,
    ...refused.flatMap((kind) => [...kindText(kind, ink), '']),
    summary({ refused, attackers }, ink),
  ].join('\n');
}

function summary({ refused, attackers }: Pick<Outcome, 'refused' | 'attackers'>, ink: Ink): string {
  const honest = new Set(refused.map(({ member }) => member).filter((member) => !attackers.includes(member)));
  if (honest.size === 0) return ink.good('No honest update was refused.');
  return ink.bad(`Refused without a drill: ${[...honest].join(', ')}.`);
}

function kindText({ member, code, rounds, first }: RefusedKind, ink: Ink): string[] {
  const { round, step } = first.round ?? { round: 0, step: '' };
  const verdict = first.updates.find(({ name }) => name === member)?.verdict;
  const failed = (verdict?.findings ?? []).filter(({ passed }) => !passed);
  const evidence =
    failed.length > 0 ? failed.map(({ check, message }) => `${check}: ${message}`) : [verdict?.message ?? ''];
  return [
    `${ink.bad(`${member}  ${code}`)}  ${counted(rounds, 'time')}, first in round ${round} (${step})`,
    ...evidence.map((line) => `  ${printable(line)}`),
    ...(verdict?.resolve ? [ink.faint(`  → ${verdict.resolve}`)] : []),
  ];
}
