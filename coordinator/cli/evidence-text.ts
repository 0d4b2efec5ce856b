/** The evidence about one update, for a reader of a terminal of 100 columns. */
import { oneLine } from '../../shared/terminal/run-program.ts';
import { type Column, table } from '../../shared/terminal/table.ts';
import { TEXT_COLUMNS, wrapped } from '../../shared/terminal/wrap.ts';
import type { CanaryEffect } from '../core/checks/explain/canary-effects.ts';
import type { Requirement } from '../core/checks/explain/counterfactual.ts';
import type {
  ExplainedFinding,
  Neighbour,
  UpdateExplanation,
} from '../core/checks/explain/explain-update.ts';
import type { TrailPoint } from '../core/standing/trail.ts';
import { verdictWords } from './verdict-words.ts';

const FINDINGS: readonly Column<ExplainedFinding>[] = [
  { heading: '', show: ({ passed }) => (passed ? 'passed' : 'FAILED') },
  { heading: 'CHECK', show: ({ check }) => check },
  { heading: 'KIND', show: ({ kind, decisive }) => `${kind ?? 'door'}${decisive ? ' !' : ''}` },
  { heading: 'VALUE', show: ({ value }) => short(value), align: 'right' },
  { heading: 'BOUND', show: ({ bound }) => boundText(bound), align: 'right' },
  { heading: 'LOWEST', show: ({ cohort }) => figure(cohort?.lowest), align: 'right' },
  { heading: 'MEDIAN', show: ({ cohort }) => figure(cohort?.median), align: 'right' },
  { heading: 'HIGHEST', show: ({ cohort }) => figure(cohort?.highest), align: 'right' },
];

const NEIGHBOURS: readonly Column<Neighbour>[] = [
  { heading: 'NEAREST', show: ({ member }) => cut(member, 40) },
  { heading: 'DISTANCE', show: ({ distance }) => short(distance), align: 'right' },
  { heading: 'COSINE', show: ({ cosine }) => cosine.toFixed(4), align: 'right' },
];

const EFFECTS: readonly Column<CanaryEffect>[] = [
  { heading: 'CANARIES', show: ({ label }) => cut(label, 40) },
  { heading: 'CHANGE OF', show: ({ of }) => (of === 'score' ? 'mean score' : 'AUROC, lost') },
  { heading: 'WITH IT', show: ({ withIt }) => signed(withIt), align: 'right' },
  { heading: 'WITHOUT', show: ({ withoutIt }) => signed(withoutIt), align: 'right' },
  { heading: 'ITS EFFECT', show: ({ effect }) => signed(effect), align: 'right' },
];

const REQUIREMENTS: readonly Column<Requirement>[] = [
  { heading: 'WOULD HAVE PASSED', show: ({ check }) => check },
  { heading: 'SEEN', show: ({ value }) => short(value), align: 'right' },
  {
    heading: 'AT',
    show: ({ passesAt }) => (passesAt === undefined ? '–' : short(passesAt)),
    align: 'right',
  },
  {
    heading: 'TIMES THE SEEN',
    show: ({ ratio }) => (ratio === undefined ? '–' : short(ratio)),
    align: 'right',
  },
];

/** Sections with nothing to show are left out. */
export function evidenceText(explanation: UpdateExplanation): string {
  const { findings, nearest, effects, counterfactual } = explanation;
  return [
    headerText(explanation),
    table(findings, FINDINGS, 'no check had anything to compare it with'),
    ...failuresText(findings),
    ...(explanation.seat === 'none' ? [] : [agreedText(explanation)]),
    ...(counterfactual.requirements.length > 0
      ? [
          `${table(counterfactual.requirements, REQUIREMENTS, '')}\n${wrapped(`enough: ${counterfactual.enough}`)}`,
        ]
      : []),
    ...(nearest.length > 0 ? [`${table(nearest, NEIGHBOURS, '')}\n${distanceRow(explanation)}`] : []),
    ...layersText(explanation),
    ...effectsText(effects),
    ...auditText(explanation),
    trailText(explanation),
  ].join('\n\n');
}

function headerText(explanation: UpdateExplanation): string {
  const { member, round, run, attempt, step, verdict, samples, norm, metrics, software, issuedAt } =
    explanation;
  const { appliedWeight, equalShare, influence, seat, cohort, size, index, bytes } = explanation;
  const reported = Object.entries(metrics).map(([name, value]) => `, ${oneLine(name)} ${short(value)}`);
  const inShadow = seat === 'shadow' ? ', in quarantine' : '';
  return [
    `the update of ${member}${inShadow}, round ${round} of ${run}, step ${step}, attempt ${attempt}`,
    wrapped(
      `  verdict   ${verdictWords(verdict, seat === 'shadow')}${verdict.code ? ` ${verdict.code}` : ''}: ${verdict.message}`,
    ),
    `  weight    ${appliedWeight.toFixed(4)} applied, an equal share is ${equalShare.toFixed(4)}; influence ${short(influence)}`,
    ...(issuedAt
      ? [
          wrapped(`  header    ${samples} samples, ${bytes} bytes, norm ${short(norm)}${reported.join('')}`),
          `            ${cut(oneLine(software), 40)}, issued ${issuedAt}, entry ${index}`,
        ]
      : [`  header    not kept: it never met the others; entry ${index}`]),
    `  update    ${explanation.update}`,
    `  base      ${explanation.base}`,
    `  evidence  ${explanation.evidence}`,
    seat === 'none'
      ? '  cohort    it was not held against the others'
      : wrapped(`  cohort    ${cohort} that count, ${size.outliers} outliers assumed; ${signalsText(size)}`),
  ].join('\n');
}

function signalsText({ signals, decision, alone }: UpdateExplanation['size']): string {
  if (signals === 0) return 'too few for checks to decide by themselves';
  return `${signals} kinds that agree: ${decision}, a decisive one alone: ${alone}`;
}

function failuresText(findings: readonly ExplainedFinding[]): string[] {
  const failed = findings.filter(({ passed }) => !passed);
  if (failed.length === 0) return [];
  return [failed.map(({ check, message }) => wrapped(`  ${check}: ${message}`)).join('\n')];
}

function agreedText({ agreed, size }: UpdateExplanation): string {
  const kinds = agreed.length === 0 ? 'none' : agreed.join(', ');
  return `signals that agreed: ${kinds} (${size.signals === 0 ? 'they do not decide here' : `${size.signals} needed, one with ! decides alone`})`;
}

function distanceRow({ distances }: UpdateExplanation): string {
  return wrapped(
    `  distances: ${distances.map(({ member, distance }) => `${member} ${short(distance)}`).join(', ')}`,
  );
}

function layersText({ layers }: UpdateExplanation): string[] {
  if (layers.length === 0) return [];
  const parts = layers.map(({ name, share }) => `${name} ${(share * 100).toFixed(1)} %`);
  return [wrapped(`largest parts of its distance to the mean: ${parts.join(', ')}`)];
}

function effectsText(effects: readonly CanaryEffect[]): string[] {
  if (effects.length === 0) return [];
  const about =
    'canary-families, canary-normals and own-normals judge the update by its mean along the trail, over many rounds: their verdicts may differ from this table in size and in sign';
  return [
    `what the mean step of this round alone does to the canaries, to first order\n${table(effects, EFFECTS, '')}\n${wrapped(`  ${about}`)}`,
  ];
}

function auditText({ audit }: UpdateExplanation): string[] {
  if (!audit) return [];
  const { alone, removed } = audit;
  const lines = [
    ...(alone ? [`without it the mean rank of ${alone.label} changes by ${signed(alone.delta)}`] : []),
    removed
      ? `the audit took out ${removed.members.join(' and ')} for ${removed.label} (${signed(removed.delta)})`
      : 'the audit left it in',
  ];
  return [lines.map((line) => wrapped(line)).join('\n')];
}

/** Checks in the order of the findings. */
function trailText({ trail, findings }: UpdateExplanation): string {
  const known = new Set(trail.flatMap(({ values }) => Object.keys(values)));
  const checks = [...new Set([...findings.map(({ check }) => check), ...known])].filter((check) =>
    known.has(check),
  );
  const columns: Column<TrailPoint>[] = [
    { heading: 'ROUND BEFORE', show: ({ round }) => String(round), align: 'right' },
    { heading: 'STEP', show: ({ step }) => cut(step, 12) },
    { heading: '', show: ({ clean }) => (clean ? 'clean' : 'outlier') },
    ...checks.map(
      (check): Column<TrailPoint> => ({
        heading: check.toUpperCase(),
        show: ({ values }) => (values[check] === undefined ? '–' : short(values[check])),
        align: 'right',
      }),
    ),
  ];
  const [head, tail] = fitting(columns);
  const first = table(trail, head, 'no round before in which it was held against others');
  return tail.length > 0 && trail.length > 0 ? `${first}\n\n${table(trail, tail, '')}` : first;
}

/** Columns that stand side by side, and those that are shown below, each led by the round. */
function fitting(columns: readonly Column<TrailPoint>[]): [Column<TrailPoint>[], Column<TrailPoint>[]] {
  let used = 0;
  const fits = columns.filter(({ heading }) => {
    used += Math.max(heading.length, NUMBER_CHARACTERS) + 2;
    return used <= TEXT_COLUMNS;
  });
  const rest = columns.slice(fits.length);
  return [fits, rest.length > 0 ? [...columns.slice(0, 1), ...rest] : []];
}

/** The longest that `short` makes of a number. */
const NUMBER_CHARACTERS = 9;

function boundText(bound: ExplainedFinding['bound']): string {
  if (bound === undefined) return '–';
  return typeof bound === 'number' ? `≤ ${short(bound)}` : `${short(bound[0])} … ${short(bound[1])}`;
}

function figure(value: number | undefined): string {
  return value === undefined ? '–' : short(value);
}

/** Three digits that count; counts are whole. */
function short(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 10 ** NUMBER_CHARACTERS) return String(value);
  return String(Number(value.toPrecision(3)));
}

function signed(value: number): string {
  return value > 0 ? `+${short(value)}` : short(value);
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
