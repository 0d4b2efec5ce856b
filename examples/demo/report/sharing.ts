/** Per organisation: the federation's model against what it reaches alone. */
import { type Column, table } from '../../../shared/terminal/table.ts';
import { LOCAL_ROUNDS } from '../in-process.ts';
import type { Ink } from '../ink.ts';
import { type Measures, meanOf } from '../measures.ts';
import type { Outcome } from '../results.ts';
import { number, percent, share } from './figures.ts';

interface Row {
  readonly name: string;
  /** Absent in a row of means. */
  readonly of?: Pick<Measures, 'rows' | 'attacks'>;
  readonly shared: Rates;
  readonly alone?: Rates | undefined;
}

const RATES = ['auroc', 'ap', 'tpr', 'fpr'] as const;
type Rates = Pick<Measures, (typeof RATES)[number]>;

export function sharingText(outcome: Outcome, ink: Ink): string {
  const { threshold, federation } = outcome;
  const columns: readonly Column<Row>[] = [
    { heading: 'ORGANISATION', show: ({ name }) => name },
    { heading: 'ROWS', show: ({ of }) => (of ? String(of.rows) : ''), align: 'right' },
    { heading: 'ATTACKS', show: ({ of }) => (of ? String(of.attacks) : ''), align: 'right' },
    ...rateColumns(({ shared }) => shared),
    { heading: '│', show: () => '│' },
    ...rateColumns(({ alone }) => alone),
  ];
  return [
    withGroupHeads(table(rowsOf(outcome), columns, 'nobody scored'), ink),
    '',
    `TPR and FPR at the threshold: the federation's is ${number(threshold)}, for an alert budget of ${percent(federation.threshold.alertBudget)};`,
    `alone, each takes the same quantile of its own held-back rows.${aloneNote(outcome)}`,
  ].join('\n');
}

function rowsOf({ perOrganisation, localOnly, attackers, final }: Outcome): Row[] {
  const each = [...perOrganisation].map(([name, shared]): Row => {
    const shown = attackers.includes(name) ? `${name} (attacks)` : name;
    return { name: shown, of: shared, shared, alone: localOnly.get(name) };
  });
  const means = { name: 'mean', shared: meanRates(perOrganisation), alone: meanRates(localOnly) };
  return [
    ...each,
    ...(each.length > 1 ? [means] : []),
    { name: 'all rows at once', of: final, shared: final },
  ];
}

function rateColumns(of: (row: Row) => Rates | undefined): Column<Row>[] {
  return RATES.map((rate) => ({
    heading: rate.toUpperCase(),
    show: (row) => (of(row) ? share(of(row)?.[rate]) : ''),
    align: 'right',
  }));
}

function meanRates(measured: ReadonlyMap<string, Rates>): Rates {
  const mean = (rate: keyof Rates) => meanOf([...measured.values()].map((rates) => rates[rate]));
  return { auroc: mean('auroc'), ap: mean('ap'), tpr: mean('tpr'), fpr: mean('fpr') };
}

/** A line above the headings that says whose figures they are. */
function withGroupHeads(text: string, ink: Ink): string {
  const end = text.indexOf('\n');
  const heading = text.slice(0, end);
  const [shared, alone] = [heading.indexOf('AUROC'), heading.lastIndexOf('AUROC')];
  const heads = [' '.repeat(shared), "with the federation's model".padEnd(alone - shared), 'alone'].join('');
  return [heads, ink.faint(heading)].join('\n') + text.slice(end);
}

function aloneNote({ federation: { model } }: Outcome): string {
  if (model.family !== 'autoencoder') return '';
  const rounds = Math.min(model.rounds, LOCAL_ROUNDS);
  const bounded =
    rounds < model.rounds ? `, not ${model.rounds}, to save time` : ', as many as the federation';
  return `\nAlone means the same network and optimiser on its own rows for ${rounds} rounds${bounded}.`;
}
