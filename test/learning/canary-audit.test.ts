import { describe, expect, it } from 'vitest';
import { auditSums } from '../../coordinator/adapters/compute/audit.ts';
import {
  auditCanaries,
  type CanaryRow,
  mostRemoved,
} from '../../coordinator/core/checks/detectors/canary-audit.ts';
import { countedSamples, mediansCounted } from '../../coordinator/core/round/counted-samples.ts';
import type { Federation } from '../../shared/federation/schema.ts';
import { familyOf } from '../../shared/learning/families.ts';
import type { RoundStep, RowBatch } from '../../shared/learning/family.ts';
import { auroc } from '../../shared/learning/metrics.ts';
import { Random } from '../../shared/learning/random.ts';
import { encode } from '../../shared/tensors/safetensors.ts';
import type { TensorSet } from '../../shared/tensors/tensor.ts';
import { joinRows, memoryRows, takeRows } from '../support/federated-run.ts';
import { dealCanaries, loadIncidents, testLabels } from '../support/nsl-kdd-attacks.ts';
import { referenceData } from '../support/reference-data.ts';
import { federationOf, loadNslKdd } from '../support/reference-sets.ts';

const MEMBERS = ['ada', 'bob', 'cyd', 'dan', 'eve', 'fay', 'gus'];

/** One hundred normals of every member with scores 0 … 99, and fifty rows of each kind of anomaly given by the others. */
function rowsFor(labels: readonly string[], contributorOf: (at: number) => string | undefined): CanaryRow[] {
  const normals = Array.from({ length: 100 }, (_, at) => ({
    label: 'normal',
    contributor: MEMBERS[at % 7],
    among: [],
  }));
  const anomalies = labels.flatMap((label) =>
    Array.from({ length: 50 }, (_, at) => ({ label, contributor: contributorOf(at), among: [] })),
  );
  return [...normals, ...anomalies];
}

/**
 * A federation in which `covers` says how far a label's rank falls while these members are in; all of a kind fall
 * together, as far as the deepest that is in.
 */
function scoresBy(
  rows: readonly CanaryRow[],
  covers: readonly { readonly members: readonly string[]; readonly label: string; readonly by: number }[],
  asked: string[][] = [],
) {
  return async (without: ReadonlySet<string>) => {
    asked.push([...without].sort());
    return rows.map(({ label }, row) => {
      if (label === 'normal') return row;
      const falls = covers
        .filter((cover) => cover.label === label && cover.members.some((member) => !without.has(member)))
        .map(({ by }) => by);
      return 99.5 - 100 * Math.max(0, ...falls);
    });
  };
}

function auditOf(covers: Parameters<typeof scoresBy>[1], change: Record<string, unknown> = {}) {
  const rows = rowsFor(['scan', 'flood'], (at) => MEMBERS[at % 7]);
  return auditCanaries({
    members: MEMBERS,
    rows,
    threshold: 0.05,
    leastCanaries: 20,
    scores: scoresBy(rows, covers),
    ...change,
  });
}

describe('the canary audit', () => {
  it('takes nobody out when no anomaly stands out more without a member', async () => {
    const { removed, rest, singles, labels } = await auditOf([]);
    expect(removed).toEqual([]);
    expect(rest?.delta).toBe(0);
    expect(singles.map(({ members }) => members)).toEqual(MEMBERS.map((member) => [member]));
    expect(labels).toEqual([
      { label: 'flood', canaries: 50 },
      { label: 'scan', canaries: 50 },
    ]);
  });

  it('takes out the member that covers an anomaly, and says which and by how much', async () => {
    const { removed, singles, rest } = await auditOf([{ members: ['cyd'], label: 'scan', by: 0.4 }]);
    expect(removed).toHaveLength(1);
    expect(removed[0]).toMatchObject({ members: ['cyd'], label: 'scan' });
    expect(removed[0]?.delta).toBeCloseTo(0.4, 1);
    expect(singles.find(({ members }) => members[0] === 'cyd')?.delta).toBe(removed[0]?.delta);
    expect(rest?.delta).toBe(0);
  });

  it('takes out the worst first and looks again, and a pair that covers for each other only together', async () => {
    const { removed } = await auditOf([
      { members: ['ada', 'gus'], label: 'flood', by: 0.5 },
      { members: ['cyd'], label: 'scan', by: 0.2 },
    ]);
    expect(removed.map(({ members }) => members)).toEqual([['cyd'], ['ada', 'gus']]);
  });

  it('takes out three, and four, who show only when all of them are left out', async () => {
    const members = [...MEMBERS, 'hal', 'ivy', 'joe'];
    const rows = rowsFor(['scan'], () => 'somebody else');
    const audited = (hiders: readonly string[], by: number) => {
      const scores = async (without: ReadonlySet<string>) => {
        const left = hiders.filter((hider) => !without.has(hider)).length;
        // Each hides as well as any; a little stands out again with every one that goes.
        const falls = left === 0 ? 0 : by + 0.01 * left;
        return rows.map(({ label }, row) => (label === 'normal' ? row : 99.5 - 100 * falls));
      };
      return auditOf([], { members, rows, scores });
    };
    const names = ({ removed }: Awaited<ReturnType<typeof auditOf>>) => removed.map((step) => step.members);
    expect(names(await audited(['bob', 'eve', 'ivy'], 0.4))).toEqual([['bob', 'eve', 'ivy']]);
    expect(names(await audited(['ada', 'bob', 'eve', 'ivy'], 0.4))).toEqual([['ada', 'bob', 'eve', 'ivy']]);
    expect(names(await audited(['bob', 'eve', 'ivy'], 0.1))).toEqual([]);
  });

  it('holds a member whose own normal canaries do not rise to a third of what is left, a fourth of τ at least', async () => {
    // Of the normals, 25 are bob's; without bob they rank so much higher.
    let ownRise = 0;
    const rows = rowsFor(['scan'], () => 'ada').map((row, at) =>
      row.label === 'normal' ? { ...row, contributor: MEMBERS[1 + (at % 4)] } : row,
    );
    const removed = async (by: number, room: number, change = {}) => {
      const scores = async (without: ReadonlySet<string>) =>
        rows.map(({ label, contributor }, row) => {
          if (label !== 'normal') return 100 * (1 - room - (without.has('bob') ? 0 : by)) - 0.5;
          return contributor === 'bob' && without.has('bob') ? row + 100 * ownRise : row;
        });
      const audited = await auditOf([], { rows, scores, ...change });
      return audited.removed.map(({ members }) => members);
    };
    expect(await removed(0.03, 0.01)).toEqual([['bob']]);
    expect(await removed(0.03, 0.2)).toEqual([]);
    expect(await removed(0.04, 0, { threshold: 0.2 })).toEqual([]);
    expect(await removed(0.08, 0, { threshold: 0.2 })).toEqual([['bob']]);
    expect(await removed(0.03, 0.01, { leastCanaries: 26 })).toEqual([]);
    ownRise = 0.2;
    expect(await removed(0.03, 0.01)).toEqual([]);
    expect(await removed(0.09, 0.01)).toEqual([['bob']]);
  });

  it('does not hold against a member what lies among its own normal traffic', async () => {
    const covers = [{ members: ['cyd'], label: 'scan', by: 0.4 }];
    const among = (own: number) => {
      const rows = rowsFor(['scan'], () => 'ada').map((row, at) => ({
        ...row,
        among: row.label === 'scan' && at % 50 < own ? ['cyd'] : [],
      }));
      return auditOf([], { rows, scores: scoresBy(rows, covers) });
    };
    expect((await among(30)).removed.map(({ members }) => members)).toEqual([['cyd']]);
    expect((await among(31)).removed).toEqual([]);
  });

  it('allows a member τ, a pair twice as much, and five times that where no row says who gave it', async () => {
    const single = (by: number) => auditOf([{ members: ['bob'], label: 'scan', by }]);
    expect((await single(0.045)).removed).toEqual([]);
    expect((await single(0.06)).removed).toHaveLength(1);
    const pair = (by: number) => auditOf([{ members: ['bob', 'eve'], label: 'scan', by }]);
    expect((await pair(0.09)).removed).toEqual([]);
    expect((await pair(0.12)).removed).toHaveLength(1);
    const rows = rowsFor(['scan'], () => undefined).map((row) => ({ ...row, contributor: undefined }));
    const unnamed = (by: number) =>
      auditOf([], { rows, scores: scoresBy(rows, [{ members: ['bob'], label: 'scan', by }]) });
    expect((await unnamed(0.2)).removed).toEqual([]);
    expect((await unnamed(0.3)).removed).toHaveLength(1);
  });

  it('leaves out what a member gave itself, and a label of which others hold too little', async () => {
    const covers = [{ members: ['bob'], label: 'scan', by: 0.5 }];
    const given = async (others: number) => {
      const rows = rowsFor(['scan'], (at) => (at < others ? 'ada' : 'bob'));
      return auditOf([], { rows, scores: scoresBy(rows, covers) });
    };
    expect((await given(19)).removed).toEqual([]);
    expect((await given(19)).singles.map(({ members }) => members[0])).not.toContain('bob');
    expect((await given(20)).removed.map(({ members }) => members)).toEqual([['bob']]);
  });

  it('leaves a majority of the cohort in, whoever is to blame', async () => {
    expect([1, 2, 3, 4, 5, 7, 10, 50].map(mostRemoved)).toEqual([0, 0, 1, 1, 2, 3, 4, 24]);
    const covers = MEMBERS.map((member, at) => ({ members: [member], label: `kind-${at}`, by: 0.9 }));
    const rows = rowsFor(
      covers.map(({ label }) => label),
      (at) => MEMBERS[at % 7],
    );
    const { removed, rest } = await auditOf([], { rows, scores: scoresBy(rows, covers) });
    expect(removed.flatMap(({ members }) => members)).toHaveLength(3);
    expect(rest?.delta).toBeGreaterThan(0.8);
  });

  it('asks for each set of members once, and for no more than a hundred pairs of many members', async () => {
    const members = Array.from({ length: 40 }, (_, at) => `m${at + 10}`);
    const rows = rowsFor(['scan'], () => 'somebody else');
    const asked: string[][] = [];
    await auditOf([], { members, rows, scores: scoresBy(rows, [], asked) });
    expect(new Set(asked.map((set) => set.join())).size).toBe(asked.length);
    expect(asked.filter(({ length }) => length === 1)).toHaveLength(40);
    expect(asked.filter(({ length }) => length === 2)).toHaveLength(91);
  });
});

const folder = referenceData('data/nsl-kdd/orgs-pure');

interface Tampering {
  readonly attackers: readonly string[];
  readonly rows: (own: RowBatch) => RowBatch;
  readonly claim?: number;
}

describe.skipIf(folder === undefined)('the canary audit on NSL-KDD', () => {
  // Skipped tests are collected all the same.
  if (folder === undefined) return;
  const set = loadNslKdd(folder);
  const federation = federationOf(set.features, { family: 'christoffel', features: 256 });
  const family = familyOf(federation);
  const dealt = dealCanaries(set, loadIncidents(folder, set), ['back', 'neptune', 'portsweep', 'satan']);
  const labels = testLabels(folder);

  /** All rounds with every member, then the audit of the sums, and how well one attack is told apart by whom it leaves in. */
  async function runAudited(label: string, tampering: Tampering) {
    let base = family.start();
    for (const step of family.steps) {
      const received = await Promise.all(
        set.members.map(async ({ name, train }) => {
          const tampers = tampering.attackers.includes(name);
          const rows = memoryRows(tampers ? tampering.rows(train) : train);
          const { update, samples } = await step.train(rows, { base, seed: 1, progress: () => undefined });
          return { member: name, update, claimed: samples * (tampers ? (tampering.claim ?? 1) : 1) };
        }),
      );
      const weights = countedSamples(
        received.map(({ claimed }) => ({ claimed, bound: federation.checks.maxSamples })),
        mediansCounted(step.kind, federation.checks.samplesPerMedian),
      );
      const weighed = received.map((one, at) => ({ ...one, weight: weights[at] ?? 0 }));
      if (step.audited === true) return audited(step, base, weighed, label);
      base = combine(step, base, weighed);
    }
    throw new Error('no step of sums');
  }

  type Weighed = { readonly member: string; readonly update: TensorSet; readonly weight: number };

  async function audited(step: RoundStep, base: TensorSet, weighed: readonly Weighed[], label: string) {
    const measures = await auditSums(auditJob(federation, step, base, weighed), family, step, dealt.canaries);
    const removed = measures?.removed.flatMap(({ members }) => members) ?? [];
    const kept = weighed.filter(({ member }) => !removed.includes(member));
    return {
      removed: removed.toSorted(),
      before: await familyAuroc(combine(step, base, weighed), label),
      after: await familyAuroc(combine(step, base, kept), label),
    };
  }

  function combine(step: RoundStep, base: TensorSet, weighed: readonly Weighed[]): TensorSet {
    const samples = weighed.reduce((sum, { weight }) => sum + weight, 0);
    const layout = step.layout(base);
    const tensors = new Map(
      layout.map(({ name }) => {
        const columns = weighed.map(({ update }) => update.tensors.get(name) ?? new Float32Array());
        const mean = Float32Array.from(columns[0] ?? [], (_, at) =>
          columns.reduce(
            (sum, column, i) => sum + ((weighed[i]?.weight ?? 0) * (column[at] ?? 0)) / samples,
            0,
          ),
        );
        return [name, mean] as const;
      }),
    );
    return step.apply({ base, combined: { layout, tensors }, samples, server: undefined }).base;
  }

  async function familyAuroc(base: TensorSet, label: string): Promise<number> {
    const scorer = family.scorer(family.assemble(base));
    const rows = labels.flatMap((one, row) => (one === label || one === 'normal' ? [row] : []));
    const [test] = set.tests;
    const scores = test === undefined ? [] : await scorer.score(takeRows(test.rows, rows));
    scorer.dispose();
    return auroc(
      rows.map((row) => Number(labels[row] === label)),
      scores,
    );
  }

  /** As many rows of an attack as the member has, drawn from those that are no canaries. */
  function coverOf(label: string): (own: RowBatch) => RowBatch {
    const random = new Random('cover', 1);
    const others = dealt.others(label);
    return (own) =>
      takeRows(
        others,
        Array.from({ length: own.rows }, () => random.below(others.rows)),
      );
  }

  it('leaves ten honest members in', { timeout: 120_000 }, async () => {
    const { removed } = await runAudited('neptune', { attackers: [], rows: (own) => own });
    expect(removed).toEqual([]);
  });

  it.each([
    {
      label: 'neptune',
      attackers: ['dns'],
      how: 'sends sums of it alone',
      claim: 1,
      blend: false,
      clean: 0.997,
    },
    {
      label: 'satan',
      attackers: ['archive', 'mail'],
      how: 'add it to their own',
      claim: 1,
      blend: true,
      clean: 0.967,
    },
  ])('takes out who hides $label: $attackers $how', { timeout: 120_000 }, async (hidden) => {
    const cover = coverOf(hidden.label);
    const { removed, before, after } = await runAudited(hidden.label, {
      attackers: hidden.attackers,
      rows: (own) => (hidden.blend ? joinRows([own, cover(own)]) : cover(own)),
      claim: hidden.claim,
    });
    expect(before).toBeLessThan(hidden.clean - 0.1);
    expect(removed).toEqual(hidden.attackers);
    expect(after).toBeGreaterThan(hidden.clean - 0.03);
  });
});

function auditJob(
  federation: Federation,
  step: RoundStep,
  base: TensorSet,
  weighed: readonly { readonly member: string; readonly update: TensorSet; readonly weight: number }[],
) {
  return {
    federation,
    step: step.kind,
    base: { bytes: encode(base) },
    contributions: weighed.map(({ member, update, weight }) => ({
      member,
      update: { bytes: encode(update) },
      weight,
      influence: 1,
    })),
    canaryFile: '',
    members: weighed.map(({ member }) => member),
  };
}
