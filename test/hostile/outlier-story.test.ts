/** One member sends outliers: refused, quarantined, judged in shadow, released. Then what is left of it as evidence. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import canonicalize from 'canonicalize';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DiskBlobs } from '../../coordinator/adapters/blobs/disk.ts';
import { MemoryJournal } from '../../coordinator/adapters/journal/memory.ts';
import { CONTROL } from '../../coordinator/cli/connect.ts';
import { withJournal } from '../../coordinator/cli/journal-source.ts';
import { recomputeRounds } from '../../coordinator/cli/recompute.ts';
import { homeOf } from '../../coordinator/config.ts';
import type { RoundEvidence } from '../../coordinator/core/checks/evidence.ts';
import type { UpdateExplanation } from '../../coordinator/core/checks/explain/explain-update.ts';
import type { RoundVerification } from '../../coordinator/flow/verify-round.ts';
import type { Draft } from '../../coordinator/ports/journal.ts';
import { clientCommand } from '../support/client-command.ts';
import { coordinatorCommand } from '../support/coordinator-process.ts';
import {
  AS_IT_IS,
  type DrivenConsortium,
  driveConsortium,
  FLIPPED_TEN_TIMES,
  HONEST,
} from '../support/driven-consortium.ts';
import { refusalOfAsync } from '../support/refusal-of.ts';
import { memberOf, operate, roundOf } from '../support/small-consortium.ts';
import { storageFolder } from '../support/storage-folder.ts';

const PATIENCE_MS = 120_000;
/** Two rounds of statistics, two of gradients, two outliers, two clean ones in quarantine, one after the release. */
const OUTLIERS = [5, 6];
const IN_SHADOW = [7, 8];
const LAST = 9;

const folder = storageFolder();
let driven: DrivenConsortium;
const standings: string[] = [];

beforeAll(async () => {
  driven = await driveConsortium(join(folder.path, 'story'), {
    standing: { quarantineAfter: 2, window: 5, releaseAfter: 2 },
    // Canaries made of so few rows say little; their effects are shown all the same.
    checks: { without: ['canary-families', 'canary-normals'] },
  });
  for (let round = 1; round <= LAST; round += 1) {
    await driven.round(OUTLIERS.includes(round) ? FLIPPED_TEN_TIMES : AS_IT_IS);
    standings.push((await memberOf(driven.consortium, 'eve'))?.standing ?? '');
  }
}, PATIENCE_MS);

afterAll(async () => {
  await driven.stop();
  folder.remove();
});

function show(...args: readonly string[]) {
  return coordinatorCommand('rounds', 'show', ...args, '--home', driven.consortium.home);
}

async function explanationOf(round: number, update: string): Promise<UpdateExplanation> {
  const { json } = await operate(driven.consortium, (connection) =>
    connection.unary(CONTROL.Evidence, { round, update }),
  );
  return JSON.parse(json) as UpdateExplanation;
}

async function evidenceOf(digest: string): Promise<RoundEvidence> {
  const blobs = await DiskBlobs.open(homeOf(driven.consortium.home).blobs);
  return JSON.parse(Buffer.from(await blobs.bytes(digest)).toString('utf8')) as RoundEvidence;
}

describe('a member that sends outliers', () => {
  it('is refused, quarantined after the second, and released after two clean rounds', async () => {
    expect(standings).toEqual([
      'active',
      'active',
      'active',
      'active',
      'active',
      'quarantined',
      'quarantined',
      'active',
      'active',
    ]);
    for (const round of OUTLIERS) {
      const { updates } = await roundOf(driven.consortium, round);
      const applied = updates.filter(({ appliedWeight }) => appliedWeight > 0).map(({ name }) => name);
      expect(applied.sort()).toEqual(HONEST);
      expect(updates.find(({ name }) => name === 'eve')?.verdict).toMatchObject({
        decision: 'reject',
        code: 'norm_outlier',
      });
    }
  });

  it('is judged in quarantine without moving a number of the others', async () => {
    for (const round of IN_SHADOW) {
      const explained = await explanationOf(round, 'eve');
      expect(explained).toMatchObject({ seat: 'shadow', appliedWeight: 0, cohort: 6 });
      const evidence = await evidenceOf(explained.evidence);
      expect(evidence.measures.members).toEqual(HONEST);
      expect(evidence.shadow?.measures.members).toEqual([...HONEST.slice(0, 4), 'eve', 'fay', 'gus']);
      expect(evidence.judged.map(({ member }) => member)).toHaveLength(7);
    }
  });

  it('counts again once it is released, by as much as its reputation allows', async () => {
    const explained = await explanationOf(LAST, 'eve');
    expect(explained.seat).toBe('counted');
    expect(explained.appliedWeight).toBeGreaterThan(0);
    expect(explained.influence).toBeGreaterThan(0.5);
    expect(explained.influence).toBeLessThan(1);
  });
});

describe('the metrics of a coordinator that saw it', () => {
  it('count what failed, and each step of standing', async () => {
    const { http } = JSON.parse(readFileSync(homeOf(driven.consortium.home).address, 'utf8')) as {
      http: number;
    };
    const lines = (await (await fetch(`http://127.0.0.1:${http}/metrics`)).text()).split('\n');
    expect(lines).toContain('vedette_findings_total{check="norm",decision="reject"} 2');
    expect(lines).toContain('vedette_standing_changes_total{to="quarantined",by="automatic"} 1');
    expect(lines).toContain('vedette_standing_changes_total{to="active",by="automatic"} 1');
    expect(lines).toContain(`vedette_round_phase_seconds_count{phase="screen"} ${LAST}`);
  });
});

describe('the evidence about an update', () => {
  it('shows every number against its bound, the cohort, and what would have passed', async () => {
    const explained = await explanationOf(5, 'eve');
    const norm = explained.findings.find(({ check }) => check === 'norm');
    expect(norm).toMatchObject({ passed: false, code: 'norm_outlier', kind: 'length', decisive: true });
    expect(norm?.cohort?.highest).toBe(norm?.value);
    expect(explained.agreed).toContain('length');
    const required = explained.counterfactual.requirements.find(({ check }) => check === 'norm');
    expect(required?.ratio).toBeCloseTo(0.3, 6);
    expect(explained.counterfactual.enough).toContain('norm had to pass');
    expect(explained.distances.map(({ member }) => member)).toEqual(HONEST);
    expect(explained.nearest).toHaveLength(3);
    expect(explained.trail.map(({ round }) => round)).toEqual([1, 2, 3, 4]);
    expect(explained.layers.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(explained.effects.map(({ label }) => label)).toContain('normal');
  });

  it('remembers the outliers in the trail of the rounds after', async () => {
    const { trail } = await explanationOf(LAST, 'eve');
    expect(trail.filter(({ clean }) => !clean).map(({ round }) => round)).toEqual(OUTLIERS);
  });

  it('is found by the beginning of a digest, and names what there is when nothing is found', async () => {
    const { update } = await explanationOf(5, 'eve');
    expect((await explanationOf(5, update.slice(0, 12))).member).toBe('eve');
    const { code, stderr } = await show('5', '--update', 'hal');
    expect(code).toBe(1);
    expect(stderr).toContain('update_missing');
    expect(stderr).toContain('ada, bob, cyd, dan, eve, fay, gus');
  });

  it('reads within 100 columns, and is JSON for machines', async () => {
    const json = await show('9', '--update', 'eve', '--json');
    expect(JSON.parse(json.stdout)).toEqual(await explanationOf(9, 'eve'));
    const { code, stdout } = await show('9', '--update', 'eve');
    expect(code).toBe(0);
    expect(stdout).toContain('the update of eve, round 9 of run-1');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('is shown to the member it is about, without a name of another or a label of the canaries', async () => {
    const home = driven.consortium.members.get('eve') ?? '';
    const { code, stdout } = await clientCommand('evidence', '5', '--json', '--home', home);
    expect(code).toBe(0);
    const own = JSON.parse(stdout) as Record<string, unknown>;
    expect(own).toMatchObject({ seat: 'counted', verdict: { decision: 'reject' } });
    expect(own.distances).toHaveLength(6);
    const words = stdout.split(/[^a-z]+/);
    for (const hidden of [...HONEST, 'scan', 'flood']) expect(words).not.toContain(hidden);
    const text = await clientCommand('evidence', '5', '--home', home);
    expect(text.stdout).toContain('FAILED  norm');
  });
});

describe('`rounds verify`', () => {
  it('recomputes every round, bit for bit, while the coordinator serves', async () => {
    const { code, stdout, stderr } = await coordinatorCommand(
      'rounds',
      'verify',
      '--all',
      '--json',
      '--home',
      driven.consortium.home,
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { rounds } = JSON.parse(stdout) as { rounds: RoundVerification[] };
    expect(rounds.map(({ round }) => round)).toEqual(Array.from({ length: LAST }, (_, at) => at + 1));
    for (const round of rounds) expect(round).toMatchObject({ updates: 7, outcome: 'aggregated' });
  });
});

/** Entries of round 5, as they stand in the journal. */
interface Spoilt {
  readonly home: string;
  readonly drafts: Draft[];
}

/** A copy of blobs and canaries, and the entries of the journal, to spoil. */
async function copied(name: string): Promise<Spoilt> {
  const home = join(folder.path, name);
  cpSync(driven.consortium.home, home, { recursive: true });
  const drafts = await withJournal({ home: driven.consortium.home }, async (journal) =>
    [...journal.read(0)].map(({ type, at, data }) => ({ type, at, data })),
  );
  return { home, drafts };
}

type Data = Record<string, unknown> & { round?: number };

/** The first entry of this type in round 5, for a change. */
function dataOf({ drafts }: Spoilt, type: string): Data {
  const found = drafts.find((draft) => draft.type === type && (draft.data as Data).round === 5);
  if (!found) throw new Error(`no ${type} in round 5`);
  return found.data as Data;
}

/** Recomputes round 5 from a journal whose chain holds, whatever it says. */
async function verifyFive({ home, drafts }: Spoilt): Promise<RoundVerification[]> {
  const journal = new MemoryJournal();
  await journal.append(0, drafts);
  return recomputeRounds({ home }, journal, { from: 5, to: 5 });
}

function spoilBlob({ home }: Spoilt, digest: string): void {
  const path = join(homeOf(home).blobs, digest.slice(0, 2), digest.slice(2));
  const bytes = readFileSync(path);
  bytes[bytes.length - 2] = (bytes[bytes.length - 2] ?? 0) ^ 1;
  rmSync(path);
  writeFileSync(path, bytes);
}

/** Evidence in which eve's norm never was too long, stored as if it had been so from the first. */
async function forgeEvidence(spoilt: Spoilt): Promise<void> {
  const screened = dataOf(spoilt, 'cohort_screened');
  const evidence = await evidenceOf(String(screened.evidence));
  const blobs = await DiskBlobs.open(homeOf(spoilt.home).blobs);
  const text = canonicalize({ ...evidence, checks: { ...evidence.checks, norm: { low: 0.1, high: 30 } } });
  screened.evidence = (await blobs.put(Buffer.from(text ?? ''))).digest;
}

const ALTERATIONS: Readonly<Record<string, { alter(spoilt: Spoilt): void | Promise<void>; says: RegExp }>> = {
  'a weight': {
    alter: (spoilt) => {
      const [first] = dataOf(spoilt, 'round_aggregated').contributions as { weight: number }[];
      if (first) first.weight = 0.5;
    },
    says: /entry \d+, round_aggregated: data\.contributions\.0\.weight comes out as 0\.1666\d*, recorded is 0\.5/,
  },
  'a verdict': {
    alter: (spoilt) => {
      (dataOf(spoilt, 'update_judged').verdict as { message: string }).message = 'no reason';
    },
    says: /entry \d+, update_judged: data\.verdict\.message comes out as "norm/,
  },
  'a claim': {
    alter: (spoilt) => {
      dataOf(spoilt, 'update_received').samples = 1;
    },
    says: /the signed header of \w+: samples comes out as 195, recorded is 1/,
  },
  'the next base': {
    alter: (spoilt) => {
      dataOf(spoilt, 'round_aggregated').base = 'ab'.repeat(32);
    },
    says: /round_aggregated: data\.base comes out as "[0-9a-f]{64}", recorded is "abab/,
  },
  'one bit of an update': {
    alter: (spoilt) => spoilBlob(spoilt, String(dataOf(spoilt, 'update_received').update)),
    says: /the bytes of the update of \w+ have digest/,
  },
  'one bit of the evidence': {
    alter: (spoilt) => spoilBlob(spoilt, String(dataOf(spoilt, 'cohort_screened').evidence)),
    says: /the bytes of the evidence have digest/,
  },
  'the bounds in the evidence': {
    alter: forgeEvidence,
    says: /the evidence: checks\.norm\.high comes out as 3, recorded is 30/,
  },
};

describe('a round recomputed from records that were altered:', () => {
  it.each(Object.entries(ALTERATIONS))(
    '%s is named as the first difference',
    { timeout: PATIENCE_MS },
    async (what, { alter, says }) => {
      const spoilt = await copied(what.replaceAll(' ', '-'));
      await alter(spoilt);
      const refusal = await refusalOfAsync(() => verifyFive(spoilt));
      expect(refusal.code).toBe('round_invalid');
      expect(refusal.message).toMatch(says);
    },
  );

  it('nothing altered, it holds', async () => {
    const [verified] = await verifyFive(await copied('unaltered'));
    expect(verified).toMatchObject({ round: 5, updates: 7 });
  });

  it('a journal whose chain is broken is not looked into further', async () => {
    const { home, drafts } = await copied('chain');
    const journal = new MemoryJournal();
    const entries = await journal.append(0, drafts);
    const broken = entries.map((entry) => (entry.index === 9 ? { ...entry, at: START } : entry));
    const refusal = await refusalOfAsync(() =>
      recomputeRounds({ home }, MemoryJournal.holding(broken), { from: 5, to: 5 }),
    );
    expect(refusal.code).toBe('journal_corrupt');
  });
});

const START = '2026-01-01T00:00:00.000Z';
