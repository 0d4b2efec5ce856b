/** Rounds computed again from what the members sent. */
import type { RoundVerification } from '../../../coordinator/flow/verify-round.ts';
import type { Ink } from '../ink.ts';
import type { Outcome } from '../results.ts';
import { counted } from './figures.ts';

export function verifiedText({ verified }: Outcome, ink: Ink): string {
  return [
    'Measures, verdicts, weights and the next base, again from the signed updates, bit for bit.',
    '',
    ...verified.map((round) => verifiedLine(round, ink)),
  ].join('\n');
}

function verifiedLine({ round, step, updates, evidence, base }: RoundVerification, ink: Ink): string {
  const parts = [
    `${counted(updates, 'update')} compared`,
    ...(evidence ? [`evidence ${evidence.slice(0, 16)}…`] : []),
    ...(base ? [`next base ${base.slice(0, 16)}…`] : []),
  ];
  return `${ink.good('ok')}  round ${round}  ${step.padEnd(10)}  ${parts.join(', ')}`;
}
