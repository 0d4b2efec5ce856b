/**
 * Memory and throughput of aggregation by every rule: updates on disk, combined by the compute worker, each measurement
 * in a fresh process. `--numpy` compares with NumPy instead, `--screening` measures the screening of a cohort. Throughput is a ratio to a plain sequential read of the same files in the same run. The server step is a
 * plain addition: what an optimiser keeps besides is the family's, and not counted here.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { WorkerCompute } from '../coordinator/adapters/compute/worker-compute.ts';
import { RULES as KNOWN_RULES } from '../coordinator/core/aggregators/registry.ts';
import { validateFederation } from '../shared/federation/load.ts';
import type { RuleSpec } from '../shared/federation/schema.ts';
import { compareWithNumpy } from './against-numpy.ts';
import { plainReadSeconds, ruleOf, titleOf, updatePath, writeNoise, writeUpdates } from './noise-files.ts';
import { measureScreening } from './screening.ts';

const MEGABYTE = 1e6;
/** The bounds that the project set itself. */
const MOST_MEGABYTES = 400;
const MOST_SPREAD = 1.2;

const RULES: readonly RuleSpec[] = [
  // Bulyan holds for n ≥ 4f + 3, MDA for as many subsets as can be searched.
  ...Object.keys(KNOWN_RULES).map((rule) =>
    ruleOf(rule === 'bulyan' || rule === 'mda' ? { rule, outliers: 1 } : { rule }),
  ),
  ruleOf({ rule: 'trimmed-mean', before: [{ rule: 'nnm' }] }),
  ruleOf({ rule: 'median', before: [{ rule: 'bucketing' }, { rule: 'arc' }, { rule: 'norm-clip' }] }),
];

interface Measurement {
  readonly rule: string;
  readonly updates: number;
  readonly peakMegabytes: number;
  readonly seconds: number;
  readonly readSeconds: number;
  /** Bytes per second of aggregation over bytes per second of a plain read. */
  readonly throughputRatio: number;
}

interface ChildInput {
  readonly folder: string;
  readonly updates: number;
  readonly rule: RuleSpec;
}

const { values: options } = parseArgs({
  options: {
    parameters: { type: 'string' },
    updates: { type: 'string', default: '10,50' },
    rules: { type: 'string' },
    numpy: { type: 'boolean', default: false },
    python: { type: 'string', default: '/usr/bin/python3' },
    screening: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    child: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (options.help) {
  console.log(
    'bench:aggregation [--parameters 10000000] [--updates 10,50] [--rules krum,median] [--json]\n' +
      'bench:aggregation --numpy [--parameters 1000000] [--python /usr/bin/python3] [--json]\n' +
      'bench:aggregation --screening [--parameters 1000000] [--json]',
  );
} else if (options.child !== undefined) {
  await measureInThisProcess(JSON.parse(options.child) as ChildInput);
} else if (options.numpy) {
  await compareWithNumpy(Number(options.parameters ?? 1_000_000), options.python, options.json);
} else if (options.screening) {
  process.exitCode = (await measureScreening(Number(options.parameters ?? 1_000_000), options.json)) ? 0 : 1;
} else {
  const counts = options.updates.split(',').map(Number);
  process.exitCode = measureAll(Number(options.parameters ?? 10_000_000), counts) ? 0 : 1;
}

function measureAll(parameters: number, counts: readonly number[]): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-bench-'));
  try {
    writeNoise(join(folder, 'base'), parameters, 0);
    writeUpdates(folder, Math.max(...counts), parameters);
    const measurements = asked().flatMap((rule) =>
      counts.map((updates) => measure({ folder, updates, rule })),
    );
    return report(parameters, measurements);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The rules named on the command line, with and without steps before; all of them by default. */
function asked(): readonly RuleSpec[] {
  const names = options.rules?.split(',');
  return names === undefined ? RULES : RULES.filter(({ rule }) => names.includes(rule));
}

function measure(input: ChildInput): Measurement {
  const readSeconds = plainReadSeconds(input.folder, input.updates);
  const script = fileURLToPath(import.meta.url);
  const answer = execFileSync(
    process.execPath,
    [...process.execArgv, script, '--child', JSON.stringify(input)],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const { peakMegabytes, seconds } = JSON.parse(answer) as Pick<Measurement, 'peakMegabytes' | 'seconds'>;
  const { rule, updates } = input;
  return {
    rule: titleOf(rule),
    updates,
    peakMegabytes,
    seconds,
    readSeconds,
    throughputRatio: readSeconds / seconds,
  };
}

async function measureInThisProcess({ folder, updates, rule }: ChildInput): Promise<void> {
  const plain = new URL('./stepping-family.ts', import.meta.url).href;
  const compute = new WorkerCompute({ families: plain, backend: plain });
  const federation = validateFederation({
    federation: 'bench',
    features: [{ name: 'x', type: 'numeric' }],
    model: { family: 'autoencoder' },
  });
  // The normal row is the root set of fltrust.
  const canaryFile = join(folder, 'canary.csv');
  writeFileSync(canaryFile, 'x,label\n1,normal\n2,odd\n');
  await compute.backend();
  const start = performance.now();
  await compute.aggregate({
    federation,
    step: 'plain',
    contributions: Array.from({ length: updates }, (_, index) => ({
      member: String(index),
      update: { path: updatePath(folder, index) },
      weight: 1000 + index,
      influence: 1,
    })),
    rule,
    base: { path: join(folder, 'base') },
    server: undefined,
    previous: { path: updatePath(folder, 0) },
    canaryFile,
    seed: 1,
    out: join(folder, 'out'),
  });
  const seconds = (performance.now() - start) / 1000;
  await compute.close();
  const peakMegabytes = (process.resourceUsage().maxRSS * 1024) / MEGABYTE;
  console.log(JSON.stringify({ peakMegabytes, seconds }));
}

function report(parameters: number, measurements: readonly Measurement[]): boolean {
  const peaks = measurements.map((one) => one.peakMegabytes);
  const most = Math.max(...peaks);
  const spread = Math.max(
    ...asked().map((rule) => {
      const own = measurements.filter((one) => one.rule === titleOf(rule)).map((one) => one.peakMegabytes);
      return Math.max(...own) / Math.min(...own);
    }),
  );
  const reached = most < MOST_MEGABYTES && spread <= MOST_SPREAD;
  if (options.json) {
    console.log(JSON.stringify({ parameters, measurements, most, spread, reached }, null, 2));
    return reached;
  }
  console.log(
    `aggregation of updates of ${parameters / 1e6} M parameters (${(parameters * 4) / MEGABYTE} MB each)`,
  );
  console.log(
    'rule                                 updates   peak RSS     time   plain read   throughput against the read',
  );
  for (const { rule, updates, peakMegabytes, seconds, readSeconds, throughputRatio } of measurements) {
    const cells = [
      rule.padEnd(35),
      String(updates).padStart(8),
      `${peakMegabytes.toFixed(0)} MB`.padStart(10),
      `${seconds.toFixed(2)} s`.padStart(8),
      `${readSeconds.toFixed(2)} s`.padStart(12),
      throughputRatio.toFixed(3).padStart(10),
    ];
    console.log(cells.join(' '));
  }
  console.log(
    `peak ${most.toFixed(0)} MB (bound ${MOST_MEGABYTES}), spread ${spread.toFixed(2)} (bound ${MOST_SPREAD}): ${reached ? 'reached' : 'MISSED'}`,
  );
  return reached;
}
