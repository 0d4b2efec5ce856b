import { type Column, table } from '../../../shared/terminal/table.ts';
import type { RoundRecord } from '../../../shared/wire/generated/vedette/v1/RoundRecord.ts';
import type { Ink } from '../ink.ts';
import type { Outcome } from '../results.ts';
import { counted, NONE, share } from './figures.ts';
import { withFaintHeading } from './layout.ts';

/** With so few rounds each is in the table; of more, the first and those that were scored. */
const ALL_ROUNDS = 10;

export function roundsText({ rounds, byRound, organisations }: Outcome, ink: Ink): string {
  const few = rounds.length <= ALL_ROUNDS;
  const shown = few ? rounds : rounds.filter(({ round }, at) => byRound.has(round) || at === 0);
  const seconds = rounds.reduce((sum, round) => sum + round.seconds, 0);
  const columns: readonly Column<RoundRecord>[] = [
    {
      heading: 'ROUND',
      show: ({ round, attempt }) => (attempt > 1 ? `${round}.${attempt}` : String(round)),
      align: 'right',
    },
    { heading: 'STEP', show: ({ step }) => step },
    { heading: 'ACCEPTED', show: ({ accepted, cohort }) => `${accepted} of ${cohort}`, align: 'right' },
    { heading: 'REFUSED', show: refusedIn },
    { heading: 'SECONDS', show: (round) => round.seconds.toFixed(2), align: 'right' },
    { heading: 'AUROC', show: ({ round }) => share(byRound.get(round)?.auroc), align: 'right' },
    { heading: 'AP', show: ({ round }) => share(byRound.get(round)?.ap), align: 'right' },
  ];
  const rest = few ? '' : '; shown are the first and those whose model was scored';
  return [
    withFaintHeading(table(shown, columns, 'no round'), ink),
    '',
    `${counted(rounds.length, 'round')} of ${counted(organisations.length, 'organisation')} in ${seconds.toFixed(1)} s${rest}.`,
  ].join('\n');
}

/** Names by code: several members are often refused for the same reason. */
function refusedIn({ refused }: RoundRecord): string {
  const codes = [...new Set(refused.map(({ code }) => code))];
  const namesOf = (code: string) => refused.filter((one) => one.code === code).map(({ name }) => name);
  return codes.map((code) => `${namesOf(code).sort().join(', ')} (${code})`).join('; ') || NONE;
}
