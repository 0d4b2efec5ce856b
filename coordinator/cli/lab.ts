import { type Command, InvalidArgumentError, Option } from 'commander';
import { wholeNumber } from '../../shared/terminal/number-arguments.ts';
import { EXIT_CODES_HELP } from '../../shared/terminal/run-program.ts';

/** Interrupted: what a shell reports for SIGINT. */
const INTERRUPTED = 130;

interface LabFlags {
  readonly data?: string;
  readonly federation?: string;
  readonly canary?: string;
  readonly model?: 'christoffel' | 'autoencoder';
  readonly attacks: readonly string[];
  readonly policies: readonly string[];
  readonly attackers?: readonly number[];
  readonly rounds?: number;
  readonly seeds: number;
  readonly family?: readonly string[];
  readonly json?: string;
  readonly out?: string;
  readonly workers?: number;
}

/** Attacks on simulated members, against the policies a consortium may choose. Touches no home and no network. */
export function addLabCommand(program: Command): void {
  program
    .command('lab')
    .description('try attacks against policies: the coordinator’s own code, simulated members, one process')
    .option('--data <dir>', 'organisations as CSV files with incidents and test.csv, or clients of N-BaIoT')
    .option('--federation <file>', 'features, model and policy (known as `file`) of this federation')
    .option('--canary <file>', 'without --data: simulated members hold the normals of this file')
    .addOption(
      new Option('--model <family>', 'instead of the federation’s').choices(['christoffel', 'autoencoder']),
    )
    .option('--attacks <list>', 'names with commas between, or `all`; an unknown name lists them', names, [
      'all',
    ])
    .option(
      '--policies <list>',
      'names or paths of files, with commas between; an unknown name lists them',
      names,
      ['none', 'default'],
    )
    .option(
      '--attackers <list>',
      'how many members attack; several numbers make several grids (default: the outliers assumed by default among so many members, at most 2)',
      counts,
    )
    .option(
      '--rounds <n>',
      'gradient rounds of an autoencoder (default: 150, or what the file says)',
      wholeNumber(1),
    )
    .option('--seeds <n>', 'runs of each cell, with seeds 1 … n', wholeNumber(1), 1)
    .option('--family <names>', 'kinds of anomaly to hide (default: the one with the most rows)', names)
    .option('--json <file>', 'write cells there; kept as they end, the same command goes on')
    .option('--out <path>', 'write <path>.md and <path>.svg (default: beside the JSON file)')
    .option('--workers <n>', 'threads (default: the cores there are)', wholeNumber(1, 1024))
    .addHelpText(
      'after',
      `\nExample:\n  vedette-coordinator lab --federation federation.yaml --canary canary.csv --policies file,none --json lab.json\n${EXIT_CODES_HELP} 130 stopped by Ctrl-C; the same command goes on.`,
    )
    .action(lab);
}

async function lab({ family, ...flags }: LabFlags): Promise<void> {
  // Loaded here: no other command simulates.
  const { runLab } = await import('../lab/run-lab.ts');
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    const say = (line: string) => void process.stderr.write(`${line}\n`);
    const options = { ...flags, ...(family ? { families: family } : {}), signal: stop.signal, say };
    const { cells, asked, markdown } = await runLab(options);
    if (cells.length === asked) {
      process.stdout.write(markdown);
      say(writtenLine(flags));
      return;
    }
    const kept = flags.json ? `; the same command goes on from ${flags.json}.part` : '';
    process.stderr.write(`stopped with ${cells.length} of ${asked} cells${kept}\n`);
    process.exitCode = INTERRUPTED;
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

function writtenLine({ json, out }: Pick<LabFlags, 'json' | 'out'>): string {
  const base = out ?? json?.replace(/\.json$/, '');
  const files = [...(json ? [json] : []), ...(base ? [`${base}.md`, `${base}.svg`] : [])];
  return files.length > 0 ? `written: ${files.join(', ')}` : 'nothing is kept; --json FILE keeps it';
}

function names(text: string): string[] {
  const all = text.split(',').map((name) => name.trim());
  if (all.some((name) => name === ''))
    throw new InvalidArgumentError('names with commas between are expected');
  return all;
}

function counts(text: string): number[] {
  return text.split(',').map(wholeNumber(1, 10_000));
}
