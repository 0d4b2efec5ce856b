/** What the demonstration ends with, for people. */
import { relative } from 'node:path';
import { printable } from '../../shared/terminal/run-program.ts';
import { type Column, table } from '../../shared/terminal/table.ts';
import { DRILL, INTEGRATOR } from './consortium.ts';
import { LOCAL_ROUNDS } from './in-process.ts';
import type { Ink } from './ink.ts';
import { type Measures, meanOf } from './measures.ts';
import { counted, type Outcome, type RefusedKind } from './play.ts';
import type { Alert } from './scored.ts';

/** With so few rounds each is in the table; of more, those that were scored. */
const ALL_ROUNDS = 10;
const ALERTS = 4;
const NONE = '–';

export function report(outcome: Outcome, ink: Ink): string {
  const sections: readonly (readonly [string, string])[] = [
    [`The run: ${outcome.federation.model.family}`, roundsText(outcome)],
    ['What sharing is worth', sharingText(outcome)],
    ['What was refused, and why', refusedText(outcome, ink)],
    ['The model, pulled and verified by an integrator', modelText(outcome, ink)],
    ['Some alerts, and the features behind them', alertsText(outcome)],
    ['Where to look next', nextText(outcome)],
  ];
  const written = sections.map(([title, text]) => `${ink.strong(title)}\n\n${indented(text)}`);
  return `\n${written.join('\n\n')}\n`;
}

function roundsText({ rounds, byRound, organisations }: Outcome): string {
  const few = rounds.length <= ALL_ROUNDS;
  const shown = few ? rounds : rounds.filter(({ round }, at) => byRound.has(round) || at === 0);
  const seconds = rounds.reduce((sum, round) => sum + round.seconds, 0);
  const columns: readonly Column<(typeof rounds)[number]>[] = [
    {
      heading: 'ROUND',
      show: ({ round, attempt }) => (attempt > 1 ? `${round}.${attempt}` : String(round)),
      align: 'right',
    },
    { heading: 'STEP', show: ({ step }) => step },
    { heading: 'ACCEPTED', show: ({ accepted, cohort }) => `${accepted} of ${cohort}`, align: 'right' },
    {
      heading: 'REFUSED',
      show: ({ refused }) => refused.map(({ name, code }) => `${name} (${code})`).join(', ') || NONE,
    },
    { heading: 'SECONDS', show: (round) => round.seconds.toFixed(2), align: 'right' },
    { heading: 'AUROC', show: ({ round }) => share(byRound.get(round)?.auroc), align: 'right' },
    { heading: 'AP', show: ({ round }) => share(byRound.get(round)?.ap), align: 'right' },
  ];
  const rest = few ? '' : `; shown are those whose model was scored`;
  return [
    table(shown, columns, 'no round'),
    '',
    `${counted(rounds.length, 'round')} of ${counted(organisations.length, 'organisation')} in ${seconds.toFixed(1)} s${rest}.`,
  ].join('\n');
}

interface SharingRow {
  readonly name: string;
  readonly shared: Measures;
  readonly alone: Measures | undefined;
}

function sharingText(outcome: Outcome): string {
  const { perOrganisation, localOnly, attackers, final, threshold, federation } = outcome;
  const each = [...perOrganisation].map(
    ([name, shared]): SharingRow => ({
      name: attackers.includes(name) ? `${name} (attacks)` : name,
      shared,
      alone: localOnly.get(name),
    }),
  );
  const rows = [
    ...each,
    {
      name: 'mean',
      shared: meanMeasures([...perOrganisation.values()]),
      alone: meanMeasures([...localOnly.values()]),
    },
    { name: 'all rows at once', shared: final, alone: undefined },
  ];
  const columns: readonly Column<SharingRow>[] = [
    { heading: 'ORGANISATION', show: ({ name }) => name },
    { heading: 'ROWS', show: ({ shared }) => (shared.rows > 0 ? String(shared.rows) : ''), align: 'right' },
    {
      heading: 'ATTACKS',
      show: ({ shared }) => (shared.rows > 0 ? String(shared.attacks) : ''),
      align: 'right',
    },
    ...measureColumns(({ shared }) => shared),
    { heading: '│', show: () => '│' },
    ...measureColumns(({ alone }) => alone),
  ];
  const text = table(rows, columns, 'nobody scored');
  const [shared, alone] = [text.indexOf('AUROC'), text.lastIndexOf('AUROC', text.indexOf('\n'))];
  const heads = [' '.repeat(shared), "with the federation's model".padEnd(alone - shared), 'alone'].join('');
  return [
    heads,
    text,
    '',
    `TPR and FPR at the threshold: the federation's is ${number(threshold)}, for an alert budget of ${percent(federation.threshold.alertBudget)};`,
    `alone, each takes the same quantile of its own held-back rows.${aloneNote(outcome)}`,
  ].join('\n');
}

function aloneNote({ federation: { model } }: Outcome): string {
  if (model.family !== 'autoencoder') return '';
  const rounds = Math.min(model.rounds, LOCAL_ROUNDS);
  const bounded =
    rounds < model.rounds ? `, not ${model.rounds}, to save time` : ', as many as the federation';
  return `\nAlone means the same network and optimiser on its own rows for ${rounds} rounds${bounded}.`;
}

function measureColumns(of: (row: SharingRow) => Measures | undefined): Column<SharingRow>[] {
  return (['auroc', 'ap', 'tpr', 'fpr'] as const).map((key) => ({
    heading: key.toUpperCase(),
    show: (row) => share(of(row)?.[key]),
    align: 'right',
  }));
}

/** A row without rows: means only. */
function meanMeasures(all: readonly Measures[]): Measures {
  const mean = (key: keyof Measures) => meanOf(all.map((measures) => measures[key]));
  return {
    rows: 0,
    attacks: 0,
    auroc: mean('auroc'),
    ap: mean('ap'),
    f1: mean('f1'),
    tpr: mean('tpr'),
    fpr: mean('fpr'),
  };
}

function refusedText({ refused, attackers }: Outcome, ink: Ink): string {
  const honest = refused.filter(({ member }) => !attackers.includes(member));
  const drill =
    attackers.length > 0
      ? [
          `${attackers.join(' and ')} sent updates with their sign flipped, ten times as large (drill ${DRILL}).`,
          '',
        ]
      : [];
  const summary =
    honest.length === 0
      ? ink.good('No honest update was refused.')
      : ink.bad(`Refused without a drill: ${honest.map(({ member }) => member).join(', ')}.`);
  return [...drill, ...refused.flatMap((kind) => [...refusedKindText(kind, ink), '']), summary].join('\n');
}

function refusedKindText({ member, code, rounds, first }: RefusedKind, ink: Ink): string[] {
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

function modelText({ model, proof, threshold }: Outcome, ink: Ink): string {
  const width = Math.max(...proof.steps.map(({ name }) => name.length));
  const steps = proof.steps.map(
    ({ name, outcome, message }) =>
      `${outcome === 'ok' ? ink.good('ok') : ink.bad(outcome)}  ${name.padEnd(width)}  ${printable(message)}`,
  );
  return [
    `version ${model.version}, weights ${model.digest}, threshold ${number(threshold)}`,
    '',
    ...steps,
  ].join('\n');
}

function alertsText({ alerts, threshold, perOrganisation }: Outcome): string {
  if (alerts.length === 0) return 'No row scored above the threshold.';
  const right = alerts.filter(({ attack }) => attack).length;
  const head = `${alerts.length} alerts above ${number(threshold)}; ${right} of them are attacks. The strongest of different kinds:`;
  const shown = strongestOfKinds(alerts, ALERTS).flatMap(({ owner, line, label, score, why }) => [
    '',
    `${perOrganisation.has(owner) ? owner : INTEGRATOR}, line ${line}: score ${number(score)}; it was ${printable(label)}`,
    ...why.map(
      ({ share: part, feature, value, expected }) =>
        `  ${`${(100 * part).toFixed(0)} %`.padStart(5)}  ${feature} = ${shownValue(value)}, usual: ${shownValue(expected)}`,
    ),
  ]);
  return [head, ...shown].join('\n');
}

/** The strongest alert of each label, from as many owners as there are. */
function strongestOfKinds(alerts: readonly Alert[], count: number): Alert[] {
  const chosen: Alert[] = [];
  const strongestFirst = alerts.filter(({ attack }) => attack).sort((a, b) => b.score - a.score);
  for (const fresh of [isOfNewOwner, () => true]) {
    for (const alert of strongestFirst) {
      if (chosen.length >= count) break;
      if (chosen.some(({ label }) => label === alert.label) || !fresh(alert, chosen)) continue;
      chosen.push(alert);
    }
  }
  return chosen;
}

function isOfNewOwner({ owner }: Alert, chosen: readonly Alert[]): boolean {
  return !chosen.some((other) => other.owner === owner);
}

function nextText({ stage, organisations, options }: Outcome): string {
  if (!stage.kept) {
    return [
      'npm run demo -- --keep ./federation        keeps homes, data, scores and model, and says what to do with them',
      'npm run demo -- --family autoencoder       hundreds of short rounds instead of one of sums',
      'npm run coordinator -- --help              what an operator can do',
      'npm run client -- --help                   what a member or an integrator can do',
    ].join('\n');
  }
  const at = (path: string) => {
    const near = relative(process.cwd(), path);
    return near.startsWith('..') ? path : near;
  };
  const [member = ''] = organisations;
  const commands: readonly (readonly [string, string])[] = [
    [
      'the journal, entry by entry against its signed head',
      `coordinator -- journal verify --home ${at(stage.coordinator)}`,
    ],
    [
      'the weights again from the members’ updates, bit for bit',
      `coordinator -- models verify --home ${at(stage.coordinator)}`,
    ],
    ['the release, offline', `client -- verify ${at(stage.model)} --home ${at(stage.integrator)}`],
    [
      `the alerts of ${member}`,
      `client -- score ${at(stage.slice(member))} --home ${at(stage.node(member))}`,
    ],
    [
      'the federation goes on: serve it, and a second run can be opened',
      `coordinator -- serve --home ${at(stage.coordinator)}`,
    ],
  ];
  const [json] = [options.json].filter((file) => file !== undefined);
  return [
    `Everything is in ${at(stage.folder)}: coordinator, nodes, integrator, model, slices and scores, logs.`,
    ...(json ? [`The figures are in ${json}.`] : []),
    ...commands.flatMap(([what, command]) => ['', what, `  npm run --silent ${command}`]),
  ].join('\n');
}

function shownValue(value: string | number | boolean): string {
  return typeof value === 'number' ? number(value) : printable(String(value));
}

function number(value: number): string {
  return String(Number(value.toPrecision(5)));
}

function percent(part: number): string {
  return `${Number((100 * part).toFixed(part < 0.1 ? 1 : 0))} %`;
}

function share(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? NONE : value.toFixed(4);
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n');
}
