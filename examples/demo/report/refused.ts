/** What was refused, with the evidence that the coordinator kept of it, and what followed for the member. */
import type { UpdateExplanation } from '../../../coordinator/core/checks/explain/explain-update.ts';
import { REFUSALS } from '../../../shared/refusal.ts';
import { printable } from '../../../shared/terminal/run-program.ts';
import { TEXT_COLUMNS, wrapped } from '../../../shared/terminal/wrap.ts';
import type { MemberRecord } from '../../../shared/wire/generated/vedette/v1/MemberRecord.ts';
import { DRILL } from '../consortium.ts';
import type { Ink } from '../ink.ts';
import type { Outcome, RefusedKind } from '../results.ts';
import { counted } from './figures.ts';

/** Less what the report indents its sections by. */
const COLUMNS = TEXT_COLUMNS - 2;

export function refusedText({ refused, attackers, quarantined }: Outcome, ink: Ink): string {
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
    ...quarantined.flatMap((member) => [...quarantineText(member, ink), '']),
    summary({ refused, attackers }, ink),
  ].join('\n');
}

function summary({ refused, attackers }: Pick<Outcome, 'refused' | 'attackers'>, ink: Ink): string {
  const honest = new Set(refused.map(({ member }) => member).filter((member) => !attackers.includes(member)));
  if (honest.size === 0) return ink.good('No honest update was refused.');
  return ink.bad(`Refused without a drill: ${[...honest].join(', ')}.`);
}

function kindText({ member, code, rounds, first, evidence }: RefusedKind, ink: Ink): string[] {
  return [
    `${ink.bad(`${member}  ${code}`)}  ${counted(rounds, 'time')}, first in round ${first.round} (${first.step})`,
    ...(evidence ? evidenceLines(evidence, ink) : []),
  ];
}

function evidenceLines({ findings, verdict, agreed, counterfactual }: UpdateExplanation, ink: Ink): string[] {
  const failed = findings.filter(({ passed }) => !passed);
  const seen =
    failed.length > 0 ? failed.map(({ check, message }) => `${check}: ${message}`) : [verdict.message];
  const agree = agreed.length > 1 ? [`signals that agreed: ${agreed.join(', ')}`] : [];
  const enough = counterfactual.enough ? [`to be let in: ${counterfactual.enough}`] : [];
  return [
    ...[...seen, ...agree, ...enough].map((line) => wrapped(`  ${printable(line)}`, COLUMNS)),
    ...(verdict.code ? [ink.faint(`  → ${REFUSALS[verdict.code].resolve}`)] : []),
  ];
}

function quarantineText({ name, conduct, cleanShadowRoundsNeeded }: MemberRecord, ink: Ink): string[] {
  const released =
    cleanShadowRoundsNeeded > 0
      ? `${cleanShadowRoundsNeeded} clean rounds in a row release it, or an operator`
      : 'an operator releases it';
  const { reputation = 0, reason = '' } = conduct ?? {};
  return [
    `${ink.bad(`${name}  in quarantine`)}  its updates are judged on, at weight 0; reputation ${reputation.toFixed(3)}`,
    wrapped(`  ${printable(reason)}`, COLUMNS),
    ink.faint(`  → ${released}; one command undoes it.`),
  ];
}
