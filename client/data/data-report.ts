/** What would be trained on, for a person and for a program. */
import type { Refusal } from '../../shared/refusal.ts';
import type { CheckResult } from './checks/check-result.ts';
import type { FeatureDrift } from './checks/drift.ts';
import type { RowFinding } from './encoded-rows.ts';
import type { Pass } from './row-store.ts';

export type DataRefusal = ReturnType<Refusal['toJSON']>;

export interface DataReport {
  readonly verdict: 'accepted' | 'refused';
  readonly federation: string;
  readonly source: string;
  readonly rows: Pass['rows'];
  readonly columns: {
    readonly features: readonly string[];
    readonly extra: readonly string[];
    /** Rows whose category is outside the vocabulary, by feature. */
    readonly other: readonly { readonly feature: string; readonly rows: number }[];
  };
  readonly checks: readonly CheckResult[];
  /** Why it may not be trained on; empty when accepted. */
  readonly refusals: readonly DataRefusal[];
  /** The first records that could not be read; `rows.bad` counts them all. */
  readonly findings: readonly RowFinding[];
  /** Against the data accepted last, the largest first; empty when there is none. */
  readonly drift: readonly FeatureDrift[];
  /** SHA-256 for update headers; undefined when the source could not be read. */
  readonly fingerprint: string | undefined;
}

const SHOWN_DRIFTS = 5;

function unknownText(other: DataReport['columns']['other']): string {
  if (other.length === 0) return 'none';
  return `${other.map(({ feature, rows }) => `${feature} in ${rows} rows`).join(', ')} (read as "other")`;
}

/** The report as `data check` prints it. */
export function renderDataReport(report: DataReport): string {
  const { rows, columns } = report;
  const lines = [`${report.source} for federation ${report.federation}: ${report.verdict}`];
  if (report.fingerprint !== undefined) {
    lines.push(
      '',
      ...table([
        ['records read', `${rows.read}${rows.capped ? ' (stopped at maxRows)' : ''}`],
        ['to train on', String(rows.training)],
        ['held back', String(rows.heldBack)],
        ['not normal', String(rows.notNormal)],
        ['unreadable', String(rows.bad)],
        ['features', String(columns.features.length)],
        ['columns ignored', columns.extra.length === 0 ? 'none' : columns.extra.join(', ')],
        ['unknown categories', unknownText(columns.other)],
        ['fingerprint', report.fingerprint],
      ]),
      '',
      ...table(
        report.checks.map((check) => [
          check.name,
          mark(check),
          `${shown(check.value)} (bound ${shown(check.bound)})`,
          check.message,
        ]),
      ),
    );
  }
  lines.push(
    ...section(
      'Unreadable records',
      report.findings.map((finding) => finding.message),
      rows.bad,
    ),
  );
  const drifts = report.drift.filter((drift) => drift.divergence > 0);
  lines.push(
    ...section(
      'Largest drift',
      table(drifts.slice(0, SHOWN_DRIFTS).map((drift) => [drift.feature, shown(drift.divergence)])),
      drifts.length,
    ),
  );
  const refusals = report.refusals.flatMap((refusal) => [
    `${refusal.code}: ${refusal.message}`,
    `  ${refusal.resolve}`,
  ]);
  lines.push(...section('Refused', refusals, refusals.length));
  return `${lines.join('\n')}\n`;
}

function section(title: string, lines: readonly string[], total: number): string[] {
  if (lines.length === 0) return [];
  const rest = total > lines.length ? [`  … of ${total}`] : [];
  return ['', `${title}:`, ...lines.map((line) => `  ${line}`), ...rest];
}

function mark(check: CheckResult): string {
  if (check.passed) return 'passed';
  return check.refuses ? 'REFUSED' : 'warning';
}

function shown(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(4);
}

/** Cells padded to columns. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, place) => {
      widths[place] = Math.max(widths[place] ?? 0, cell.length);
    });
  return rows.map((row) =>
    row
      .map((cell, place) => cell.padEnd(widths[place] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
