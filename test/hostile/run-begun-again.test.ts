/**
 * Eve covers port scans in every step of a run of sums. The audit finds her in the last, and the coordinator is killed
 * just after it has recorded that the run begins again. Then a run in which she has no seat at all, to compare.
 */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DiskBlobs } from '../../coordinator/adapters/blobs/disk.ts';
import { MemoryJournal } from '../../coordinator/adapters/journal/memory.ts';
import { CONTROL } from '../../coordinator/cli/connect.ts';
import { withJournal } from '../../coordinator/cli/journal-source.ts';
import { recomputeModel, recomputeRounds } from '../../coordinator/cli/recompute.ts';
import { entryLine } from '../../coordinator/cli/watch.ts';
import { homeOf } from '../../coordinator/config.ts';
import type { UpdateExplanation } from '../../coordinator/core/checks/explain/explain-update.ts';
import type { DataOf, Evaluation, EventType, Recorded } from '../../coordinator/core/events.ts';
import { recordedEntries } from '../../coordinator/flow/desk.ts';
import type { Draft } from '../../coordinator/ports/journal.ts';
import { parseManifest, verifyManifestProvenance } from '../../shared/provenance/manifest.ts';
import { type ClientExit, clientCommand } from '../support/client-command.ts';
import {
  type CoordinatorProcess,
  coordinatorCommand,
  type Exit,
  startCoordinator,
} from '../support/coordinator-process.ts';
import { type MemberNode, startNodes } from '../support/member-nodes.ts';
import { refusalOfAsync } from '../support/refusal-of.ts';
import {
  type Consortium,
  changeStanding,
  modelsOf,
  openRun,
  operate,
  roundsOf,
} from '../support/small-consortium.ts';
import { storageFolder } from '../support/storage-folder.ts';
import { waitFor } from '../support/wait-for.ts';
import { COVERING, enrolCovered, foundCovered, HONEST } from './covering-member.ts';

const PATIENCE_MS = 180_000;
/** Rounds of one pass: spans, histograms, moments, sums. */
const PASS = 4;
const FIRST_PASS = [1, 2, 3, 4];
const SECOND_PASS = [5, 6, 7, 8];
const WITHOUT_HER = [9, 10, 11, 12];

const folder = storageFolder();
let consortium: Consortium;
let coordinator: CoordinatorProcess;
let nodes: MemberNode[] = [];
let death: Exit;
/** The journal as the killed coordinator left it, and after both runs. */
let left: readonly Recorded[];
let entries: readonly Recorded[];
/** Hers, after the first run. */
let standing: ClientExit;

beforeAll(async () => {
  const founded = await foundCovered(folder.path);
  coordinator = await startCoordinator(founded, { crashAt: `cohort-screened:${PASS}` });
  consortium = await enrolCovered(founded);
  nodes = await startNodes(consortium);
  await openRun(consortium);
  death = await coordinator.exited;
  left = await journalEntries();
  coordinator = await startCoordinator(consortium);
  await runEnded();
  standing = await clientCommand('standing', '--json', '--home', consortium.members.get(COVERING) ?? '');
  await changeStanding(consortium, COVERING, 'suspend');
  await openRun(consortium);
  await runEnded();
  for (const node of nodes) await node.stop();
  entries = await journalEntries();
}, PATIENCE_MS);

afterAll(async () => {
  for (const node of nodes) await node.stop();
  await coordinator?.stop();
  folder.remove();
});

function runEnded(): Promise<true> {
  return waitFor(async () => ((await roundsOf(consortium)).run === '' ? true : undefined));
}

function journalEntries(): Promise<readonly Recorded[]> {
  return withJournal({ home: consortium.home }, async (journal) => [...recordedEntries(journal.read(0))]);
}

function dataOf<T extends EventType>(type: T): DataOf<T>[] {
  return entries.flatMap((entry) => (entry.type === type ? [entry.data as DataOf<T>] : []));
}

async function modelOfRun(
  run: string,
): Promise<{ weights: string; manifest: string; evaluation: Evaluation }> {
  const found = (await modelsOf(consortium)).models.find((model) => model.run === run);
  if (!found?.model) throw new Error(`no model of ${run}`);
  const { weights, manifest } = found.model;
  return { weights, manifest, evaluation: JSON.parse(found.evaluation) as Evaluation };
}

describe('a run of sums of which one member covered an anomaly from the first step', () => {
  it('begins again without that member, in as many rounds, and leaves it out of every one', () => {
    expect(dataOf('run_restarted')).toMatchObject([{ run: 'run-1', without: [COVERING] }]);
    const opened = dataOf('round_opened').filter(({ run }) => run === 'run-1');
    expect(opened.map(({ round }) => round)).toEqual([...FIRST_PASS, ...SECOND_PASS]);
    expect(opened.slice(PASS).map(({ step }) => step)).toEqual(opened.slice(0, PASS).map(({ step }) => step));
    for (const { cohort } of opened.slice(0, PASS)) expect(cohort).toEqual([...HONEST, COVERING].sort());
    for (const { cohort } of opened.slice(PASS)) expect(cohort).toEqual(HONEST);
  });

  it('ends in a model by which the anomaly stands out', async () => {
    const { evaluation } = await modelOfRun('run-1');
    expect(evaluation).toMatchObject({ passed: true });
    expect(evaluation.canary?.families.scan).toBeGreaterThan(0.98);
  });

  it('ends in the very model of a run that the member had no seat in', async () => {
    const results = new Map(
      dataOf('round_aggregated').map(({ round, combined, base }) => [round, [combined, base]]),
    );
    expect(SECOND_PASS.map((round) => results.get(round))).toEqual(
      WITHOUT_HER.map((round) => results.get(round)),
    );
    expect(results.get(1)).not.toEqual(results.get(5));
    expect((await modelOfRun('run-1')).weights).toBe((await modelOfRun('run-2')).weights);
  });

  it('names nothing of what was given up among the contributions to its model', async () => {
    const blobs = await DiskBlobs.open(homeOf(consortium.home).blobs);
    const signed = Buffer.from(await blobs.bytes((await modelOfRun('run-1')).manifest)).toString('utf8');
    const { manifest } = parseManifest(signed);
    expect(manifest.contributions.members.map(({ name, updates }) => ({ name, updates }))).toEqual(
      expect.arrayContaining(HONEST.map((name) => ({ name, updates: PASS }))),
    );
    expect(manifest.contributions.members).toHaveLength(HONEST.length);
    expect(manifest.rounds.map(({ round }) => round)).toEqual(SECOND_PASS);
    const provenance = verifyManifestProvenance(manifest, await blobs.bytes(manifest.contributions.digest));
    const givenUp = provenance.updates.filter(({ round }) => FIRST_PASS.includes(round));
    expect(givenUp).toHaveLength(PASS * (HONEST.length + 1));
    for (const { verdict, appliedWeight } of givenUp)
      expect({ decision: verdict.decision, appliedWeight }).toEqual({ decision: 'ignore', appliedWeight: 0 });
  });
});

describe('a coordinator killed just after it recorded that the run begins again', () => {
  it('left that as its last entry', () => {
    expect(death.signal).toBe('SIGKILL');
    expect(left.at(-1)?.type).toBe('run_restarted');
  });

  it('went on with the second pass by itself, and began again no second time', () => {
    const next = entries.slice(left.length).find(({ type }) => type === 'round_opened');
    expect(next?.data).toMatchObject({ run: 'run-1', round: PASS + 1, attempt: 1, cohort: HONEST });
    expect(dataOf('model_promoted').map(({ run }) => run)).toEqual(['run-1', 'run-2']);
    expect(dataOf('run_restarted')).toHaveLength(1);
  });
});

describe('what is told of it:', () => {
  it('the operator reads that the run begins again, and who was left out why', () => {
    const lines = entries.flatMap((entry) =>
      entry.type === 'round_abandoned' || entry.type === 'run_restarted'
        ? [entryLine({ ...entry, data: JSON.stringify(entry.data), leaf: '', previous: '' })]
        : [],
    );
    expect(lines).toEqual([
      'round 4 attempt 1 abandoned: the canary audit took eve out: the run begins again',
      'run-1 begins again without eve: the canary audit took eve out of sums that rest on what they sent before',
    ]);
  });

  it('`rounds show` explains the update of the attempt that was given up', async () => {
    const { code, stdout } = await coordinatorCommand(
      'rounds',
      'show',
      String(PASS),
      '--update',
      COVERING,
      '--home',
      consortium.home,
    );
    expect(code).toBe(0);
    expect(stdout).toContain('the update of eve, round 4 of run-1, step sums, attempt 1');
    expect(stdout).toMatch(/FAILED +canary-audit/);
    const explained = await explanationOf(COVERING);
    expect(explained).toMatchObject({
      seat: 'counted',
      appliedWeight: 0,
      cohort: HONEST.length + 1,
      verdict: { decision: 'reject', code: 'canary_audit' },
      audit: { removed: { members: [COVERING], label: 'scan' } },
    });
    expect((await explanationOf('ada')).audit?.removed).toBeNull();
  });

  it('the member reads the verdict in its own standing, without the name of another', () => {
    const { code, stdout } = standing;
    expect(code).toBe(0);
    const { verdicts, outlierRounds } = JSON.parse(stdout) as {
      verdicts: { round: number; appliedWeight: number; verdict: { code: string; decision: string } }[];
      outlierRounds: number[];
    };
    expect(outlierRounds).toEqual([PASS]);
    expect(verdicts.map(({ round }) => round)).toEqual(FIRST_PASS);
    expect(verdicts.at(-1)).toMatchObject({
      appliedWeight: 0,
      verdict: { decision: 'reject', code: 'canary_audit' },
    });
    for (const name of HONEST) expect(stdout.split(/[^a-z]+/)).not.toContain(name);
  });
});

async function explanationOf(update: string): Promise<UpdateExplanation> {
  const { json } = await operate(consortium, (connection) =>
    connection.unary(CONTROL.Evidence, { round: PASS, update }),
  );
  return JSON.parse(json) as UpdateExplanation;
}

describe('the recomputation of it', () => {
  it('gives every round the same, bit for bit, that of the attempt given up too', {
    timeout: PATIENCE_MS,
  }, async () => {
    const { home } = consortium;
    const verified = await withJournal({ home }, (journal) =>
      recomputeRounds({ home }, journal, { from: 1, to: 3 * PASS }),
    );
    expect(verified.map(({ round, updates }) => [round, updates])).toEqual([
      ...FIRST_PASS.map((round) => [round, 8]),
      ...[...SECOND_PASS, ...WITHOUT_HER].map((round) => [round, 7]),
    ]);
    expect(verified[PASS - 1]).toMatchObject({ outcome: 'abandoned', combined: null });
    expect(verified[PASS - 1]?.evidence).toMatch(/^[0-9a-f]{64}$/);
  });

  it('gives the same model', { timeout: PATIENCE_MS }, async () => {
    const { home } = consortium;
    const verified = await withJournal({ home }, (journal) => recomputeModel({ home }, journal, 1));
    expect(verified).toEqual({
      version: 1,
      weights: (await modelOfRun('run-1')).weights,
      rounds: PASS,
      updates: PASS * HONEST.length,
    });
  });
});

type Data = Record<string, unknown>;

/** The place of the last such entry, of a round or of all. */
function placeOf(told: readonly Draft[], type: EventType, round?: number): number {
  const at = told.findLastIndex(
    (draft) => draft.type === type && (round === undefined || (draft.data as Data).round === round),
  );
  if (at < 0) throw new Error(`no ${type} in round ${round}`);
  return at;
}

/** The last run, which nothing has begin again, and in which she has no seat as it is. */
function restartAfter(told: readonly Draft[], type: EventType, round?: number): Draft[] {
  const at = placeOf(told, type, round);
  const data = { run: 'run-2', without: [COVERING], reason: 'the canary audit took eve out' };
  return told.toSpliced(at + 1, 0, { type: 'run_restarted', at: told[at]?.at ?? '', data });
}

/** Another entry in its place, so that those after it keep theirs. */
function covered(told: readonly Draft[], type: EventType, round: number): Draft[] {
  const at = placeOf(told, type, round);
  const data = { paused: false, reason: '', by: 'olga' };
  return told.toSpliced(at, 1, { type: 'automation_changed', at: told[at]?.at ?? '', data });
}

interface Lie {
  readonly tell: (told: Draft[]) => readonly Draft[];
  /** The round that is verified. */
  readonly round: number;
  readonly says: RegExp;
}

const LIES: Readonly<Record<string, Lie>> = {
  'before the first round': {
    tell: (told) => restartAfter(told, 'run_opened'),
    round: 9,
    says: /round 9: entry \d+, run_restarted: no audit brought it about/,
  },
  'after an ordinary screening': {
    tell: (told) => restartAfter(told, 'cohort_screened', 10),
    round: 10,
    says: /round 10: entry \d+, run_restarted: no screening brought it about/,
  },
  'after an ordinary aggregate': {
    tell: (told) => restartAfter(told, 'round_aggregated', 10),
    round: 10,
    says: /round 10: entry \d+, run_restarted: no screening brought it about/,
  },
  'after an attempt that was never screened': {
    tell: (told) => covered(covered(told, 'collection_closed', PASS), 'update_judged', PASS),
    round: PASS + 1,
    says: /round 5: entry \d+, run_restarted: no audit brought it about/,
  },
  'after an attempt given up under another number': {
    tell: (told) => {
      (told[placeOf(told, 'round_abandoned')]?.data as Data).round = 99;
      return told;
    },
    round: PASS + 1,
    says: /round 5: entry \d+, run_restarted: no audit brought it about/,
  },
  'without another member than the audit took out': {
    tell: (told) => {
      (told[placeOf(told, 'run_restarted')]?.data as Data).without = ['ada'];
      return told;
    },
    round: PASS,
    says: /round 4: entry \d+, run_restarted: data\.without\.0 comes out as "eve", recorded is "ada"/,
  },
  'not at all, where the audit demands it': {
    tell: (told) => told.toSpliced(placeOf(told, 'run_restarted'), 1),
    round: PASS,
    says: /round 4: entry \d+, run_restarted: /,
  },
};

describe('a journal that has the run begin again', () => {
  it.each(Object.entries(LIES))(
    '%s is refused',
    { timeout: PATIENCE_MS },
    async (what, { tell, round, says }) => {
      const told = entries.map(({ type, at, data }) => ({ type, at, data: structuredClone(data) }));
      const home = join(folder.path, what.replaceAll(/\W+/g, '-'));
      cpSync(consortium.home, home, { recursive: true });
      const journal = new MemoryJournal();
      await journal.append(0, [...tell(told)]);
      const refusal = await refusalOfAsync(() =>
        recomputeRounds({ home }, journal, { from: round, to: round }),
      );
      expect(refusal.code).toBe('round_invalid');
      expect(refusal.message).toMatch(says);
    },
  );
});
