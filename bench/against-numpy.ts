/**
 * Each rule as a ratio to the same rule written with NumPy. Both read the same files from the page cache; each figure
 * is the fastest of several runs. NumPy works in float32 in one thread but for what its BLAS does; here sums are float64.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { combineFiles } from '../coordinator/adapters/compute/combine.ts';
import { readTensors } from '../shared/tensors/column-reader.ts';
import { fastest, layoutOf, ruleOf, titleOf, updatePath, writeUpdates } from './noise-files.ts';

const RUNS = 5;

interface Case {
  readonly n: number;
  readonly f: number;
  readonly spec: object;
}

const CASES: readonly Case[] = [
  { n: 50, f: 0, spec: { rule: 'weighted-mean' } },
  { n: 50, f: 10, spec: { rule: 'trimmed-mean', trim: 10 } },
  { n: 50, f: 10, spec: { rule: 'median' } },
  { n: 50, f: 10, spec: { rule: 'mean-around-median', outliers: 10 } },
  { n: 50, f: 10, spec: { rule: 'geometric-median' } },
  { n: 50, f: 10, spec: { rule: 'krum', outliers: 10 } },
  { n: 50, f: 10, spec: { rule: 'multi-krum', outliers: 10 } },
  { n: 50, f: 10, spec: { rule: 'bulyan', outliers: 10 } },
  { n: 10, f: 2, spec: { rule: 'mda', outliers: 2 } },
  { n: 50, f: 10, spec: { rule: 'centred-clipping' } },
  { n: 50, f: 10, spec: { rule: 'trimmed-mean', trim: 10, before: [{ rule: 'nnm', outliers: 10 }] } },
];

interface NumpyAnswer {
  readonly numpy: string;
  readonly blas: string;
  readonly rules: Readonly<Record<string, { readonly read: number; readonly compute: number }>>;
}

/** Prints a table, or JSON. `python` is an interpreter with NumPy. */
export async function compareWithNumpy(parameters: number, python: string, json: boolean): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-bench-'));
  try {
    writeUpdates(folder, 50, parameters);
    const numpy = askNumpy(folder, parameters, python);
    const rows = [];
    for (const one of CASES) rows.push(await measureCase(folder, parameters, one, numpy));
    if (json)
      console.log(JSON.stringify({ parameters, numpy: numpy.numpy, blas: numpy.blas, rows }, null, 2));
    else print(parameters, numpy, rows);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function askNumpy(folder: string, parameters: number, python: string): NumpyAnswer {
  const rules = Object.fromEntries(CASES.map(({ n, f, spec }) => [titleOf(ruleOf(spec)), { n, f }]));
  const script = fileURLToPath(new URL('./aggregation-numpy.py', import.meta.url));
  const answer = execFileSync(python, [script, folder, String(parameters), String(RUNS)], {
    input: JSON.stringify({ rules }),
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  return JSON.parse(answer) as NumpyAnswer;
}

interface Row {
  readonly rule: string;
  readonly updates: number;
  readonly seconds: number;
  readonly oneThreadSeconds: number;
  readonly numpyReadSeconds: number;
  readonly numpySeconds: number;
  /** Seconds of NumPy, reading and computing, over seconds here. */
  readonly ratio: number;
  /** L2 distance of the two results over the length of NumPy's. */
  readonly difference: number;
}

async function measureCase(folder: string, parameters: number, one: Case, numpy: NumpyAnswer): Promise<Row> {
  const rule = ruleOf(one.spec);
  const title = titleOf(rule);
  const out = join(folder, 'combined');
  const input = {
    contributions: Array.from({ length: one.n }, (_, index) => ({
      update: { path: updatePath(folder, index) },
      weight: 1000 + index,
      influence: 1,
    })),
    rule,
    layout: layoutOf(parameters),
    seed: 1,
    out,
  };
  const seconds = await fastest(RUNS, () => combineFiles(input));
  const oneThreadSeconds = await fastest(RUNS, () => combineFiles({ ...input, threads: 1 }));
  const { read = 0, compute = 0 } = numpy.rules[title] ?? {};
  return {
    rule: title,
    updates: one.n,
    seconds,
    oneThreadSeconds,
    numpyReadSeconds: read,
    numpySeconds: compute,
    ratio: (read + compute) / seconds,
    difference: differenceOf(out, join(folder, `numpy-${title}`)),
  };
}

function differenceOf(path: string, numpyPath: string): number {
  const [ours = new Float32Array()] = readTensors({ path }).tensors.values();
  const bytes = readFileSync(numpyPath);
  const theirs = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  let squares = 0;
  let length = 0;
  theirs.forEach((value, index) => {
    squares += (value - (ours[index] ?? 0)) ** 2;
    length += value ** 2;
  });
  return Math.sqrt(squares / length);
}

function print(parameters: number, { numpy, blas }: NumpyAnswer, rows: readonly Row[]): void {
  console.log(
    `rules on updates of ${parameters / 1e6} M parameters, from the page cache, fastest of ${RUNS} runs`,
  );
  console.log(
    `${availableParallelism()} cores; NumPy ${numpy}, BLAS ${blas}, threads as the environment lets it`,
  );
  console.log(
    'rule                 updates     here  one thread   NumPy reads  computes   ratio  difference',
  );
  for (const row of rows) {
    const cells = [
      row.rule.padEnd(20),
      String(row.updates).padStart(7),
      milliseconds(row.seconds).padStart(9),
      milliseconds(row.oneThreadSeconds).padStart(10),
      milliseconds(row.numpyReadSeconds).padStart(12),
      milliseconds(row.numpySeconds).padStart(9),
      row.ratio.toFixed(1).padStart(7),
      row.difference.toExponential(0).padStart(10),
    ];
    console.log(cells.join(' '));
  }
}

function milliseconds(seconds: number): string {
  return `${(seconds * 1000).toFixed(0)} ms`;
}
