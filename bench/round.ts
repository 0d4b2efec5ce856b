/**
 * What a round costs beyond training: a tiny model, so that nothing else is in the way. The coordinator is the real
 * program in a process of its own; all members run in this one. Durations come from the journal, CPU from /metrics.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { CONTROL } from '../coordinator/cli/connect.ts';
import { homeOf } from '../coordinator/config.ts';
import type { EventType } from '../coordinator/core/events.ts';
import { say } from '../shared/terminal/run-program.ts';
import { type Column, table } from '../shared/terminal/table.ts';
import { startCoordinator } from '../test/support/coordinator-process.ts';
import { startNodes } from '../test/support/member-nodes.ts';
import {
  type Consortium,
  definition,
  enrolMembers,
  foundConsortium,
  modelsOf,
  openRun,
  operate,
} from '../test/support/small-consortium.ts';
import { waitFor } from '../test/support/wait-for.ts';

interface Measured {
  readonly clients: number;
  readonly rounds: number;
  readonly roundsPerMinute: number;
  /** Mean milliseconds of a round, by where they go. */
  readonly collectMs: number;
  readonly screenMs: number;
  readonly aggregateMs: number;
  readonly openNextMs: number;
  readonly coordinatorCpuMsPerUpdate: number;
  readonly clientCpuMsPerUpdate: number;
}

/** Which phase an entry brings to its end. */
const SPAN_ENDED_BY: { readonly [T in EventType]?: 'collect' | 'screen' | 'aggregate' | 'open' } = {
  collection_closed: 'collect',
  cohort_screened: 'screen',
  round_aggregated: 'aggregate',
  round_opened: 'open',
};

const COLUMNS: readonly Column<Measured>[] = [
  { heading: 'CLIENTS', show: ({ clients }) => String(clients), align: 'right' },
  { heading: 'ROUNDS', show: ({ rounds }) => String(rounds), align: 'right' },
  { heading: 'ROUNDS/MIN', show: ({ roundsPerMinute }) => roundsPerMinute.toFixed(0), align: 'right' },
  { heading: 'COLLECT ms', show: ({ collectMs }) => collectMs.toFixed(1), align: 'right' },
  { heading: 'SCREEN ms', show: ({ screenMs }) => screenMs.toFixed(1), align: 'right' },
  { heading: 'AGGREGATE ms', show: ({ aggregateMs }) => aggregateMs.toFixed(1), align: 'right' },
  { heading: 'OPEN NEXT ms', show: ({ openNextMs }) => openNextMs.toFixed(1), align: 'right' },
  {
    heading: 'COORD. CPU ms/UPDATE',
    show: ({ coordinatorCpuMsPerUpdate: ms }) => ms.toFixed(2),
    align: 'right',
  },
  { heading: 'CLIENT CPU ms/UPDATE', show: ({ clientCpuMsPerUpdate: ms }) => ms.toFixed(2), align: 'right' },
];

const program = new Command('bench:round')
  .option('--clients <list>', 'numbers of clients, with commas', '10,100')
  .option('--rounds <n>', 'gradient rounds', Number, 40)
  .option('--json', 'print JSON')
  .parse();
const { clients, rounds, json } = program.opts<{ clients: string; rounds: number; json?: boolean }>();

const measured: Measured[] = [];
for (const count of clients.split(',').map(Number)) {
  process.stderr.write(`${count} clients, ${rounds} rounds …\n`);
  measured.push(await measure(count, rounds));
}
say(json, measured, () => table(measured, COLUMNS, 'nothing measured'));

async function measure(count: number, rounds: number): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-bench-round-'));
  try {
    const model = { family: 'autoencoder', hidden: [4], rounds, localSteps: 1, batch: 16 };
    const founded = await foundConsortium(folder, definition({ model }));
    const coordinator = await startCoordinator(founded);
    const names = Array.from({ length: count }, (_, at) => `member-${String(at).padStart(3, '0')}`);
    const consortium = await enrolMembers(founded, names);
    const nodes = await startNodes(consortium);
    const before = { coordinator: await coordinatorCpuSeconds(consortium), own: process.cpuUsage() };
    await openRun(consortium);
    await waitFor(async () => (await modelsOf(consortium)).models.find(({ state }) => state === 'current'));
    const coordinatorSeconds = (await coordinatorCpuSeconds(consortium)) - before.coordinator;
    const own = process.cpuUsage(before.own);
    const phases = await phasesOf(consortium);
    for (const node of nodes) await node.stop();
    await coordinator.stop();
    const updates = phases.rounds * count;
    return {
      clients: count,
      ...phases,
      coordinatorCpuMsPerUpdate: (coordinatorSeconds * 1000) / updates,
      clientCpuMsPerUpdate: (own.user + own.system) / 1000 / updates,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function coordinatorCpuSeconds({ home }: Consortium): Promise<number> {
  const { http } = JSON.parse(readFileSync(homeOf(home).address, 'utf8')) as { http: number };
  const text = await (await fetch(`http://127.0.0.1:${http}/metrics`)).text();
  return Number(/^process_cpu_seconds_total ([\d.e+-]+)/m.exec(text)?.[1] ?? Number.NaN);
}

type Phases = Pick<
  Measured,
  'rounds' | 'roundsPerMinute' | 'collectMs' | 'screenMs' | 'aggregateMs' | 'openNextMs'
>;

/** Mean time between the journal entries that separate the phases, over the gradient rounds. */
async function phasesOf(consortium: Consortium): Promise<Phases> {
  const marks: { type: EventType; atMs: number; step: string }[] = [];
  await operate(consortium, async (connection) => {
    for await (const entry of connection.serverStream(CONTROL.Watch, { from: 0, follow: false })) {
      const { step = '' } = JSON.parse(entry.data) as { step?: string };
      marks.push({ type: entry.type as EventType, atMs: Date.parse(entry.at), step });
    }
  });
  const first = marks.findIndex(({ type, step }) => type === 'round_opened' && step === 'gradients');
  const spans = { collect: 0, screen: 0, aggregate: 0, open: 0 };
  let rounds = 0;
  let last = marks[first];
  for (const mark of marks.slice(first + 1)) {
    const span = SPAN_ENDED_BY[mark.type];
    if (!span || !last) continue;
    spans[span] += mark.atMs - last.atMs;
    if (span === 'aggregate') rounds++;
    last = mark;
  }
  const wholeMs = spans.collect + spans.screen + spans.aggregate + spans.open;
  return {
    rounds,
    roundsPerMinute: rounds / (wholeMs / 60_000),
    collectMs: spans.collect / rounds,
    screenMs: spans.screen / rounds,
    aggregateMs: spans.aggregate / rounds,
    openNextMs: spans.open / rounds,
  };
}
