import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { Refusal } from '../../shared/refusal.ts';
import { finiteNumber, wholeNumber } from '../../shared/terminal/number-arguments.ts';
import { printable, say } from '../../shared/terminal/run-program.ts';
import { STREAMED_KINDS, type StreamedBytes } from '../data/source.ts';
import type { OpenedModel } from '../flow/open-model.ts';
import type { ScoredRow, ScoreJob } from '../flow/score.ts';
import { type CommonOptions, homeOf, withCommon } from './options.ts';
import { writeLine } from './paced-line.ts';
import { ProgressLine } from './progress-line.ts';

/** Alerts and unreadable records shown to a person; a file gets them all. */
const SHOWN = 20;

interface ScoreOptions extends CommonOptions {
  readonly out?: string;
  readonly top: number;
  readonly threshold?: number;
  readonly model?: string;
  readonly format?: StreamedBytes['kind'];
}

interface Summary {
  rows: number;
  alerts: number;
  alertRate: number;
  threshold: number;
  unreadable: number;
  model: { version: number; weights: string };
}

export function addScore(program: Command): void {
  const command = program
    .command('score')
    .summary('score a file with the newest model')
    .description(
      'Scores every row as the file streams past, and names the features behind each alert. Columns that are no feature, such as a label, are read past. With --json: one line a row {row, line, score, alert, why?}, last a line {summary}.',
    )
    .argument('<file>', '.csv, .csv.gz, .ndjson or .parquet; - is standard input, with --format')
    .addOption(
      new Option('--format <name>', 'what standard input holds; rows are scored as they arrive').choices(
        STREAMED_KINDS,
      ),
    )
    .option('--out <file>', 'write the JSON lines there')
    .option('--top <k>', 'features named for each alert', wholeNumber(1), 3)
    .option('--threshold <t>', "alert above this score instead of the model's own threshold", finiteNumber)
    .option('--model <dir>', 'a release folder, as `pull` leaves it, instead of the model installed here')
    .action(async (file: string, options: ScoreOptions) => await score(file, options));
  withCommon(command, 'vedette-client score today.csv --top 5 --out scores.ndjson');
}

async function score(file: string, options: ScoreOptions): Promise<void> {
  const source = sourceOf(file, options);
  const model = await openChosenModel(options);
  const sinks = openSinks(options);
  const strongest = new Strongest(SHOWN);
  const problems: string[] = [];
  const summary = emptySummary(model, options);
  const progress = new ProgressLine();
  try {
    const { scoreFile } = await import('../flow/score.ts');
    const job = {
      ...source,
      federation: model.federation,
      scorer: model.scorer,
      threshold: summary.threshold,
      top: options.top,
    };
    for await (const { rows, unreadable } of scoreFile(job)) {
      for (const row of rows) {
        if (row.alert) summary.alerts += 1;
        strongest.add(row);
        for (const sink of sinks.streams) await writeLine(sink, JSON.stringify(row));
      }
      summary.rows += rows.length;
      summary.unreadable += unreadable.length;
      problems.push(...unreadable.slice(0, SHOWN - problems.length).map(({ message }) => message));
      progress.update(`${summary.rows} rows scored, ${summary.alerts} alerts`);
    }
  } finally {
    progress.done();
    model.scorer.dispose();
  }
  if (summary.rows === 0)
    throw new Refusal(
      'data_empty',
      `${source.path}: no row could be scored${problems[0] ? `; ${problems[0]}` : ''}`,
    );
  summary.alertRate = summary.alerts / summary.rows;
  for (const sink of sinks.streams) await writeLine(sink, JSON.stringify({ summary }));
  await sinks.close();
  for (const problem of problems) process.stderr.write(`not a row: ${printable(problem)}\n`);
  if (!options.json) say(false, summary, () => inWords(summary, strongest.rows));
}

/** Refuses `usage` for standard input without its format, and for a format where the name of a file says it. */
function sourceOf(file: string, { format }: ScoreOptions): Pick<ScoreJob, 'path' | 'stream'> {
  if (file !== '-') {
    if (format === undefined) return { path: resolve(file) };
    throw new Refusal('usage', '--format goes with -, standard input; a file has its format in its name');
  }
  if (format === undefined)
    throw new Refusal(
      'usage',
      `- is standard input: --format says what it holds, ${STREAMED_KINDS.join(' or ')}`,
    );
  return { path: 'standard input', stream: { kind: format, bytes: process.stdin } };
}

async function openChosenModel(options: ScoreOptions): Promise<OpenedModel> {
  const [{ openModel }, { loadLearning }] = await Promise.all([
    import('../flow/open-model.ts'),
    import('../adapters/learning.ts'),
  ]);
  return await openModel(
    options.model ? resolve(options.model) : await installedFolder(options),
    async (federation) => {
      return (await loadLearning(federation)).family;
    },
  );
}

async function installedFolder(options: ScoreOptions): Promise<string> {
  const { ModelsFolder } = await import('../adapters/home/models-folder.ts');
  const home = homeOf(options);
  const current = await new ModelsFolder(home.path('models'), 0).current();
  if (current) return current.folder;
  throw new Refusal(
    'model_missing',
    `no model is installed in ${home.folder}; \`run\` installs one, or pass --model`,
  );
}

function emptySummary({ manifest }: OpenedModel, { threshold }: ScoreOptions): Summary {
  const model = { version: manifest.version, weights: manifest.weights.digest };
  return {
    rows: 0,
    alerts: 0,
    alertRate: 0,
    threshold: threshold ?? manifest.threshold.value,
    unreadable: 0,
    model,
  };
}

function openSinks({ out, json }: ScoreOptions): {
  streams: NodeJS.WritableStream[];
  close: () => Promise<void>;
} {
  const file = out === undefined ? undefined : createWriteStream(resolve(out));
  return {
    streams: [...(json ? [process.stdout] : []), ...(file ? [file] : [])],
    close: async () => {
      if (!file) return;
      file.end();
      await once(file, 'finish');
    },
  };
}

/** The alerts with the highest scores, at most `size`. */
class Strongest {
  readonly #size: number;
  #rows: ScoredRow[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  get rows(): readonly ScoredRow[] {
    return this.#rows;
  }

  add(row: ScoredRow): void {
    if (!row.alert) return;
    const weakest = this.#rows.at(-1);
    if (this.#rows.length >= this.#size && weakest && row.score <= weakest.score) return;
    this.#rows = [...this.#rows, row].sort((a, b) => b.score - a.score).slice(0, this.#size);
  }
}

function inWords(summary: Summary, strongest: readonly ScoredRow[]): string {
  const rate = (100 * summary.alertRate).toFixed(2);
  const head = `${summary.rows} rows, ${summary.alerts} alerts (${rate} %) above ${shown(summary.threshold)}, model version ${summary.model.version}`;
  const rest = summary.alerts - strongest.length;
  return [
    head,
    ...(summary.unreadable > 0 ? [unscored(summary.unreadable)] : []),
    ...strongest.flatMap(alertInWords),
    ...(rest > 0 ? ['', `… and ${rest} more; --json or --out lists them all`] : []),
  ].join('\n');
}

function unscored(records: number): string {
  return records === 1
    ? '1 record is not a row and has no score'
    : `${records} records are not rows and have no score`;
}

function alertInWords({ line, score, why }: ScoredRow): string[] {
  const reasons = (why ?? []).map(
    ({ feature, value, expected, share }) =>
      `  ${(100 * share).toFixed(0).padStart(3)} %  ${feature} = ${shown(value)} (usual: ${shown(expected)})`,
  );
  return ['', `line ${line}  score ${shown(score)}`, ...reasons];
}

function shown(value: string | number | boolean): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(5))) : String(value);
}
