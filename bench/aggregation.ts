/**
 * Memory and throughput of aggregation: updates on disk, combined by the compute worker, each measurement in a fresh
 * process. Throughput is a ratio to a plain sequential read of the same files in the same run. The server step is a
 * plain addition: what an optimiser keeps besides is the family's, and not counted here.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { WorkerCompute } from '../coordinator/adapters/compute/worker-compute.ts';
import { validateFederation } from '../shared/federation/load.ts';
import type { RuleSpec } from '../shared/federation/schema.ts';
import { writeTensorFile } from '../shared/tensors/tensor-file.ts';

const MEGABYTE = 1e6;
/** The bounds that the project set itself. */
const MOST_MEGABYTES = 400;
const MOST_SPREAD = 1.2;

const RULES: readonly RuleSpec[] = [{ rule: 'weighted-mean' }, { rule: 'trimmed-mean' }];

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
    parameters: { type: 'string', default: '10000000' },
    updates: { type: 'string', default: '10,50' },
    json: { type: 'boolean', default: false },
    child: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (options.help) {
  console.log('bench:aggregation [--parameters 10000000] [--updates 10,50] [--json]');
} else if (options.child !== undefined) {
  await measureInThisProcess(JSON.parse(options.child) as ChildInput);
} else {
  process.exitCode = measureAll(Number(options.parameters), options.updates.split(',').map(Number)) ? 0 : 1;
}

function measureAll(parameters: number, counts: readonly number[]): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-bench-'));
  try {
    writeTensorsOf(join(folder, 'base'), parameters, 0);
    for (let index = 0; index < Math.max(...counts); index++)
      writeTensorsOf(updatePath(folder, index), parameters, index + 1);
    const measurements = RULES.flatMap((rule) => counts.map((updates) => measure({ folder, updates, rule })));
    return report(parameters, measurements);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function updatePath(folder: string, index: number): string {
  return join(folder, `update-${index}`);
}

/** Noise from a linear congruential generator (Numerical Recipes constants), zero for seed 0. */
function writeTensorsOf(path: string, parameters: number, seed: number): void {
  const tile = new Float32Array(Math.min(parameters, 1_000_000));
  let state = seed;
  writeTensorFile(path, [{ name: 'parameters', shape: [parameters] }], (sink) => {
    for (let from = 0; from < parameters; from += tile.length) {
      const part = tile.subarray(0, Math.min(tile.length, parameters - from));
      if (seed !== 0) {
        for (let index = 0; index < part.length; index++) {
          state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
          part[index] = state / 2 ** 31;
        }
      }
      sink.append(part);
    }
  });
}

function measure(input: ChildInput): Measurement {
  const readSeconds = plainRead(input);
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
    rule: rule.rule,
    updates,
    peakMegabytes,
    seconds,
    readSeconds,
    throughputRatio: readSeconds / seconds,
  };
}

function plainRead({ folder, updates }: ChildInput): number {
  const buffer = new Uint8Array(1024 * 1024);
  const start = performance.now();
  for (let index = 0; index < updates; index++) {
    const descriptor = openSync(updatePath(folder, index), 'r');
    while (readSync(descriptor, buffer) > 0);
    closeSync(descriptor);
  }
  return (performance.now() - start) / 1000;
}

async function measureInThisProcess({ folder, updates, rule }: ChildInput): Promise<void> {
  const plain = new URL('../test/support/plain-family.ts', import.meta.url).href;
  const compute = new WorkerCompute({ families: plain, backend: plain });
  const federation = validateFederation({
    federation: 'bench',
    features: [{ name: 'x', type: 'numeric' }],
    model: { family: 'autoencoder' },
  });
  await compute.backend();
  const start = performance.now();
  await compute.aggregate({
    federation,
    step: 'plain',
    contributions: Array.from({ length: updates }, (_, index) => ({
      member: String(index),
      update: { path: updatePath(folder, index) },
      weight: 1000 + index,
    })),
    rule,
    base: { path: join(folder, 'base') },
    server: undefined,
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
    ...RULES.map(({ rule }) => {
      const own = measurements.filter((one) => one.rule === rule).map((one) => one.peakMegabytes);
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
  console.log('rule            updates   peak RSS     time   plain read   throughput against the read');
  for (const { rule, updates, peakMegabytes, seconds, readSeconds, throughputRatio } of measurements) {
    const cells = [
      rule.padEnd(14),
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
