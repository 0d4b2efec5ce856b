/**
 * The leave-one and leave-set-out canary audit: the check against a member who hides a kind of anomaly inside sums
 * that look like anybody's. For a set of members g, from one to four:
 *
 *   rise(R) = mean rank(R | federation without g) − mean rank(R | federation with g)
 *   δ(g)    = largest rise of a label − min(τ |g|, largest rise of the normals of one other member)
 *
 * where the rank of a canary row is the share of canary normals that score lower, ties one half. A member by whose
 * absence a known anomaly stands out again had covered it. But where the normals of others stand out more without it
 * as well, the member had traffic that they have too, and an anomaly in between rises with them: as much is taken off,
 * up to τ for each. The worst single goes while its δ exceeds τ; a third of what the label's rank could still rise is
 * enough, τ/4 at least, when its own normal canaries rise less: where nearly all of a label's canaries rank at the top
 * with any model, the few that do not are all there is to see of who covers it. Else the worst pair beyond 2τ, else
 * three beyond 3τ, else four: colluders hide for one another, and show when all of them are left out. And again from
 * those who are left. Measured in `docs/explanation/canary-audit.md`.
 */
import type { AuditMeasures, AuditStep } from '../measures.ts';

/** Pairs tried in one pass. Of more, only those among the members with the largest δ of their own. */
const MOST_PAIRS = 100;
const LARGEST_SET = 4;
/** Sets of a size, those with the largest δ, from which the next size is made: all sets of three would take minutes. */
const EXTENDED = 4;
/**
 * τ grows by this where no row says who contributed it. Anomalies seen at one member only are close to that member's
 * own traffic: without it they do stand out more. Honest members reach .21 so, members who cover .23 to .9.
 */
const UNNAMED = 5;
/** The finer bound on one member alone: of the ranks that a label's canaries have left to rise, and at least of τ. */
const OF_ROOM = 1 / 3;
const LEAST_OF_THRESHOLD = 1 / 4;
const NORMAL = 'normal';

type Members = readonly string[];

export interface CanaryRow {
  readonly label: string;
  /** The member the row came from, if the file says: what a member gave does not judge that member. */
  readonly contributor: string | undefined;
  /** Members among whose normal traffic it lies, by what they gave: of it they say nothing. See `likeness.ts`. */
  readonly among: readonly string[];
}

export interface CanaryAudit {
  readonly members: readonly string[];
  readonly rows: readonly CanaryRow[];
  /** τ */
  readonly threshold: number;
  /** A label counts for a member when others hold at least this many canaries of it. */
  readonly leastCanaries: number;
  /** One score for each row, higher is stranger, by the federation's model without these members. */
  scores(without: ReadonlySet<string>): Promise<ArrayLike<number>>;
}

/** Never takes out so many that those who stay are no majority of the cohort. */
export function mostRemoved(members: number): number {
  return Math.max(0, Math.ceil(members / 2) - 1);
}

export async function auditCanaries(audit: CanaryAudit): Promise<AuditMeasures> {
  const pass = new Pass(audit);
  const out = new Set<string>();
  const removed: AuditStep[] = [];
  const singles = await pass.singles(out);
  let worst = worstOf(singles);
  for (;;) {
    const left = mostRemoved(audit.members.length) - out.size;
    const step = exceeding(left, worst) ?? (await pass.exceedingSet(out, left));
    if (step === undefined) return { removed, rest: worst, singles, labels: labelsOf(audit) };
    removed.push(step);
    for (const member of step.members) out.add(member);
    worst = worstOf(await pass.singles(out));
  }
}

/**
 * The most δ that is let be. Of one member whose own normal canaries rise less without it than the label does, a third of
 * what the label's ranks have left to rise, between τ/4 and τ: whoever brings traffic of its own is missed by that first.
 */
function boundOf(audit: CanaryAudit, members: Members, seen: Seen): number {
  const { rows, threshold } = audit;
  if (rows.every(({ contributor }) => contributor === undefined)) return UNNAMED * threshold * members.length;
  if (members.length > 1 || seen.own === undefined || seen.own >= seen.delta)
    return threshold * members.length;
  return Math.min(threshold, Math.max(LEAST_OF_THRESHOLD * threshold, OF_ROOM * seen.room));
}

function exceeding(left: number, step: AuditStep | undefined): AuditStep | undefined {
  if (step === undefined || step.members.length > left) return undefined;
  return step.delta > step.bound ? step : undefined;
}

/** Labels that are audited for somebody, by name. */
function labelsOf({ rows, leastCanaries }: CanaryAudit): AuditMeasures['labels'] {
  const counts = new Map<string, number>();
  for (const { label } of rows) counts.set(label, (counts.get(label) ?? 0) + 1);
  counts.delete(NORMAL);
  return [...counts]
    .map(([label, canaries]) => ({ label, canaries }))
    .filter(({ canaries }) => canaries >= leastCanaries)
    .sort((a, b) => (a.label < b.label ? -1 : 1));
}

/** Scores by who is left out, each set scored once. */
class Pass {
  readonly #audit: CanaryAudit;
  readonly #scores = new Map<string, ArrayLike<number>>();

  constructor(audit: CanaryAudit) {
    this.#audit = audit;
  }

  /** δ of each member that is still in, where it can be audited. */
  async singles(out: ReadonlySet<string>): Promise<AuditStep[]> {
    const steps: AuditStep[] = [];
    for (const member of this.#kept(out)) steps.push(...(await this.#step(out, [member])));
    return steps;
  }

  /** The worst set of the smallest size of which one exceeds the bound. */
  async exceedingSet(out: ReadonlySet<string>, left: number): Promise<AuditStep | undefined> {
    const suspects = await this.#suspects(out);
    let sets = pairsOf(suspects);
    for (let size = 2; size <= Math.min(LARGEST_SET, left); size++) {
      const steps: AuditStep[] = [];
      for (const set of sets) steps.push(...(await this.#step(out, set)));
      const step = exceeding(left, worstOf(steps));
      if (step !== undefined) return step;
      sets = extendedBy(suspects, steps);
    }
    return undefined;
  }

  /** Those whose pairs are tried: all, or as many as `MOST_PAIRS` allows with the largest δ of their own. */
  async #suspects(out: ReadonlySet<string>): Promise<Members> {
    const kept = this.#kept(out);
    // m (m − 1) / 2 ≤ MOST_PAIRS
    const most = Math.floor((1 + Math.sqrt(1 + 8 * MOST_PAIRS)) / 2);
    if (kept.length <= most) return kept;
    const byDelta = (await this.singles(out)).sort((a, b) => b.delta - a.delta);
    return byDelta
      .slice(0, most)
      .flatMap(({ members }) => members)
      .sort();
  }

  #kept(out: ReadonlySet<string>): string[] {
    return this.#audit.members.filter((member) => !out.has(member));
  }

  /** None when nobody would be left, or no label has enough canaries of others. */
  async #step(out: ReadonlySet<string>, members: readonly string[]): Promise<AuditStep[]> {
    if (this.#kept(out).length <= members.length) return [];
    const before = await this.#scored(out);
    const after = await this.#scored(new Set([...out, ...members]));
    const worst = worstLabel(this.#audit, { out, members }, before, after);
    return worst === undefined ? [] : [worst];
  }

  async #scored(without: ReadonlySet<string>): Promise<ArrayLike<number>> {
    const key = JSON.stringify([...without].sort());
    const scores = this.#scores.get(key) ?? (await this.#audit.scores(without));
    this.#scores.set(key, scores);
    return scores;
  }
}

function pairsOf(members: Members): readonly Members[] {
  return members.flatMap((first, at) => members.slice(at + 1).map((second) => [first, second]));
}

/** The worst of these sets, each with one of `members` more. */
function extendedBy(members: Members, steps: readonly AuditStep[]): readonly Members[] {
  const worst = [...steps].sort((a, b) => b.delta - a.delta).slice(0, EXTENDED);
  const larger = worst.flatMap((step) =>
    members
      .filter((member) => !step.members.includes(member))
      .map((member) => [...step.members, member].sort()),
  );
  return [...new Map(larger.map((set) => [JSON.stringify(set), set])).values()];
}

/** The first that exceeds its bound most, as a part of it: members come in the order of their ids. */
function worstOf(steps: readonly AuditStep[]): AuditStep | undefined {
  return steps.reduce<AuditStep | undefined>(
    (worst, step) =>
      worst !== undefined && worst.delta / worst.bound >= step.delta / step.bound ? worst : step,
    undefined,
  );
}

/** Of one label. */
interface Seen {
  readonly delta: number;
  /** What the label's mean rank has left to rise. */
  readonly room: number;
  /** The rise of the normal canaries that the first of the members gave; undefined when it gave too few. */
  readonly own: number | undefined;
}

/** Who was taken out before, and whose absence is looked at. */
interface Absent {
  readonly out: ReadonlySet<string>;
  readonly members: readonly string[];
}

/** The label that rises most. Rows that `members` contributed, or that lie among their traffic, do not count. */
function worstLabel(
  audit: CanaryAudit,
  { out, members }: Absent,
  before: ArrayLike<number>,
  after: ArrayLike<number>,
): AuditStep | undefined {
  const isOfThem = (member: string | undefined) => member !== undefined && members.includes(member);
  const counted = audit.rows.map(({ contributor, among }) => !isOfThem(contributor) && !among.some(isOfThem));
  const normals = audit.rows.map(({ label }, row) => label === NORMAL && counted[row] === true);
  const [rankBefore, rankAfter] = [ranksAmong(normals, before), ranksAmong(normals, after)];
  const riseOf = (rows: readonly number[]) => meanOf(rows, (row) => rankAfter(row) - rankBefore(row));
  const groups = groupRows(audit, out, counted);
  if (groups.normals.length === 0) return undefined;
  const shared = Math.max(0, ...groups.members.map(riseOf));
  const allowed = Math.min(audit.threshold * members.length, shared);
  const given = audit.rows.flatMap(({ label, contributor }, row) =>
    label === NORMAL && contributor === members[0] ? [row] : [],
  );
  const own = given.length < audit.leastCanaries ? undefined : riseOf(given);
  return worstOf(
    groups.labels.map(([label, rows]) => {
      const delta = riseOf(rows) - allowed;
      const room = meanOf(rows, (row) => 1 - rankBefore(row));
      return { members, label, delta, bound: boundOf(audit, members, { delta, room, own }) };
    }),
  );
}

function meanOf(rows: readonly number[], of: (row: number) => number): number {
  return rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
}

interface Groups {
  /** Rows of each anomaly of which there are enough, by name. */
  readonly labels: readonly (readonly [string, readonly number[]])[];
  readonly normals: readonly number[];
  /** Normal rows of each member that is still in, where there are enough. */
  readonly members: readonly (readonly number[])[];
}

function groupRows(
  { members, rows, leastCanaries }: CanaryAudit,
  out: ReadonlySet<string>,
  counted: readonly boolean[],
): Groups {
  const labels = new Map<string, number[]>();
  const byMember = new Map<string, number[]>();
  rows.forEach(({ label, contributor }, row) => {
    if (counted[row] !== true) return;
    pushTo(labels, label, row);
    if (label === NORMAL && contributor !== undefined && !out.has(contributor))
      pushTo(byMember, contributor, row);
  });
  const enough = (held: readonly number[] | undefined) => (held?.length ?? 0) >= leastCanaries;
  return {
    labels: [...labels]
      .filter(([label, held]) => label !== NORMAL && enough(held))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
    normals: labels.get(NORMAL) ?? [],
    members: members.flatMap((member) => {
      const held = byMember.get(member);
      return held !== undefined && enough(held) ? [held] : [];
    }),
  };
}

/** The rank of a row: the share of these normals that score lower, ties one half. */
function ranksAmong(normals: readonly boolean[], scores: ArrayLike<number>): (row: number) => number {
  const sorted = Float64Array.from(normals.flatMap((is, row) => (is ? [scores[row] ?? 0] : []))).sort();
  return (row) => {
    const score = scores[row] ?? 0;
    return (countBelow(sorted, score, false) + countBelow(sorted, score, true)) / (2 * sorted.length);
  };
}

function pushTo(lists: Map<string, number[]>, name: string, value: number): void {
  const list = lists.get(name);
  if (list === undefined) lists.set(name, [value]);
  else list.push(value);
}

/** How many of `sorted` are below `score`, or not above it. */
function countBelow(sorted: Float64Array, score: number, orEqual: boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const value = sorted[middle] ?? 0;
    if (value < score || (orEqual && value === score)) low = middle + 1;
    else high = middle;
  }
  return low;
}
