/** A coordinator that records what did not happen, in a journal whose chain holds: the numbers agree, the story does not. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryJournal } from '../../coordinator/adapters/journal/memory.ts';
import { withJournal } from '../../coordinator/cli/journal-source.ts';
import { recomputeRounds } from '../../coordinator/cli/recompute.ts';
import { homeOf } from '../../coordinator/config.ts';
import type { Draft } from '../../coordinator/ports/journal.ts';
import { type DrivenConsortium, driveConsortium } from '../support/driven-consortium.ts';
import { refusalOfAsync } from '../support/refusal-of.ts';
import { changeStanding } from '../support/small-consortium.ts';
import { storageFolder } from '../support/storage-folder.ts';

const PATIENCE_MS = 120_000;
const LAST = 5;

const folder = storageFolder();
let driven: DrivenConsortium;

beforeAll(async () => {
  driven = await driveConsortium(join(folder.path, 'driven'));
  for (let round = 1; round <= LAST; round += 1) await driven.round();
}, PATIENCE_MS);

afterAll(async () => {
  await driven?.stop();
  folder.remove();
});

type Data = Record<string, unknown>;

async function drafts(): Promise<Draft[]> {
  return withJournal({ home: driven.consortium.home }, async (journal) =>
    [...journal.read(0)].map(({ type, at, data }) => ({ type, at, data: structuredClone(data) })),
  );
}

let copies = 0;

async function verified(told: readonly Draft[], spoil: (blobs: string) => void = () => {}) {
  copies += 1;
  const home = join(folder.path, `copy-${copies}`);
  cpSync(driven.consortium.home, home, { recursive: true });
  spoil(homeOf(home).blobs);
  const journal = new MemoryJournal();
  await journal.append(0, told);
  return recomputeRounds({ home }, journal, { from: LAST, to: LAST });
}

/** The place of the first entry of this type in the last round. */
function placeOf(told: readonly Draft[], type: string): number {
  const at = told.findIndex((draft) => draft.type === type && (draft.data as Data).round === LAST);
  if (at < 0) throw new Error(`no ${type} in round ${LAST}`);
  return at;
}

function dataOf(told: readonly Draft[], type: string): Data {
  return told[placeOf(told, type)]?.data as Data;
}

function after(told: readonly Draft[], type: string, data: Data, entry: string): Draft[] {
  const at = placeOf(told, type);
  return told.toSpliced(at + 1, 0, { type: entry, at: told[at]?.at ?? '', data });
}

const LIES: Readonly<Record<string, { tell(told: Draft[]): readonly Draft[]; says: RegExp }>> = {
  'a round that was never screened': {
    tell: (told) => told.toSpliced(placeOf(told, 'cohort_screened'), 1),
    says: /aggregated and never screened/,
  },
  'a screening without its evidence': {
    tell: (told) => {
      delete dataOf(told, 'cohort_screened').evidence;
      return told;
    },
    says: /names no evidence, and rounds before it do/,
  },
  'an update refused after the screening had let it in': {
    tell: (told) => {
      const { attempt, update, member } = dataOf(told, 'update_received');
      const verdict = { decision: 'reject', code: 'norm_outlier', message: 'too long', findings: [] };
      const forged = { round: LAST, attempt, member, update, verdict };
      return after(told, 'cohort_screened', forged, 'update_judged');
    },
    says: /update_judged: no screening brought it about/,
  },
  'a quarantine by itself that nothing led to': {
    tell: (told) => {
      const forged = { member: 'ada', from: 'active', to: 'quarantined', reason: '', by: 'automatic' };
      return after(told, 'round_aggregated', forged, 'standing_changed');
    },
    says: /standing_changed: no screening brought it about/,
  },
  'an update withdrawn from a member that kept its standing': {
    tell: (told) => {
      const { attempt, update, member } = dataOf(told, 'update_received');
      const forged = { round: LAST, attempt, member, update, reason: '' };
      return after(told, 'update_received', forged, 'update_withdrawn');
    },
    says: /update_withdrawn: the member kept its standing/,
  },
  'a cohort without one of its members': {
    tell: (told) => {
      const opened = dataOf(told, 'round_opened');
      opened.cohort = (opened.cohort as string[]).filter((member) => member !== 'gus');
      return told;
    },
    says: /round_opened: cohort/,
  },
  'a seed of its own choice': {
    tell: (told) => {
      dataOf(told, 'round_opened').seed = 7;
      return told;
    },
    says: /round_opened: seed comes out as \d+, recorded is 7/,
  },
  'another rule than the federation agreed on': {
    tell: (told) => {
      const opened = told.find(({ type }) => type === 'run_opened')?.data as Data;
      for (const step of opened.steps as Data[]) step.rule = { rule: 'weighted-mean' };
      return told;
    },
    says: /run_opened: steps\.\d+\.rule\.rule comes out as "trimmed-mean"/,
  },
  'a header that was signed for another plan': {
    tell: (told) => {
      const nonce = 'f'.repeat(32);
      dataOf(told, 'round_opened').nonce = nonce;
      return told;
    },
    says: /the signed header of \w+: nonce/,
  },
};

describe('the recomputation of a round', () => {
  it.each(Object.entries(LIES))('finds %s', { timeout: PATIENCE_MS }, async (_what, { tell, says }) => {
    const refusal = await refusalOfAsync(async () => verified(tell(await drafts())));
    expect(refusal.code).toBe('round_invalid');
    expect(refusal.message).toMatch(says);
  });

  it.each(['combined', 'base'])('finds a changed bit in what it would write anew: %s', async (which) => {
    const told = await drafts();
    const digest = String(dataOf(told, 'round_aggregated')[which]);
    const spoil = (blobs: string) => {
      const path = join(blobs, digest.slice(0, 2), digest.slice(2));
      const bytes = readFileSync(path);
      bytes[bytes.length - 2] = (bytes.at(-2) ?? 0) ^ 1;
      writeFileSync(path, bytes);
    };
    const refusal = await refusalOfAsync(() => verified(told, spoil));
    expect(refusal.message).toMatch(/the bytes of the aggregate have digest/);
  });

  it('holds beside members that come and go between rounds', { timeout: PATIENCE_MS }, async () => {
    await changeStanding(driven.consortium, 'gus', 'suspend');
    await changeStanding(driven.consortium, 'gus', 'undo');
    const [last] = await verified(await drafts());
    expect(last).toMatchObject({ round: LAST, updates: 7, outcome: 'aggregated' });
  });
});
