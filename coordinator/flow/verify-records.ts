/**
 * What a journal may hold around a screening and an aggregate: how the round was opened, in which order its entries
 * came, and nothing that neither the round nor an operator brought about. Without it a record could leave out the
 * screening, plan another rule, or drop an update between verdict and aggregate, and every number would still agree.
 */
import { decide } from '../core/decide.ts';
import { AUTOMATIC, type DataOf, type Recorded } from '../core/events.ts';
import { firstDifference, tellDifference } from '../core/first-difference.ts';
import { foundedFederation } from '../core/run/decide-run.ts';
import type { State } from '../core/state.ts';
import { stepsOf } from './open-run.ts';

/** The first restart before `until` that follows no attempt given up on its evidence: none but an audit restarts a run. */
export function strayRestart(entries: readonly Recorded[], until: number): Recorded | undefined {
  return entries.find(
    (entry, at) => entry.type === 'run_restarted' && at < until && !endInScreening(entries.slice(0, at)),
  );
}

/** Whether the last of them gives up, on its evidence, the attempt opened last, once collected: what is recomputed then. */
function endInScreening(entries: readonly Recorded[]): boolean {
  const cause = entries.at(-1);
  const from = entries.findLastIndex(({ type }) => type === 'round_opened');
  const opened = entries[from];
  if (cause?.type !== 'round_abandoned' || opened?.type !== 'round_opened') return false;
  const { round, attempt, evidence } = cause.data;
  if (evidence === undefined || opened.data.round !== round || opened.data.attempt !== attempt) return false;
  return entries.slice(from).some(({ type }) => type === 'collection_closed');
}

/** A late update is ignored with an entry of its own, which is none of the screening's. */
export function isJudgement(entry: Recorded): boolean {
  return entry.type === 'update_judged' && entry.data.verdict.decision !== 'ignore';
}

/** Cohort, base, step and seed follow from the state, and the rules of the run from the federation; else what differs. */
export function otherOpening(before: State, opened: DataOf<'round_opened'>): string | undefined {
  const { nonce, maxBytes, openedAtMs: nowMs } = opened;
  const [decided] = decide(before, { type: 'open-round', nonce, maxBytes, nowMs });
  const facts = firstDifference(plain(decided?.data), plain(opened));
  if (facts) return `round_opened: ${tellDifference(facts)}`;
  const steps = firstDifference(plain(stepsOf(foundedFederation(before))), plain(before.run?.steps));
  return steps && `run_opened: steps.${tellDifference(steps)}`;
}

/**
 * The first entry from `from` to the end of the collection that withdraws an update of a member whose standing did not
 * change just before.
 */
export function strayWithdrawal(entries: readonly Recorded[], from: number): Recorded | undefined {
  for (let at = from; at < entries.length; at += 1) {
    const entry = entries[at];
    if (!entry || endsAttempt(entry)) return undefined;
    if (entry.type !== 'update_withdrawn') continue;
    const cause = entries[at - 1];
    if (cause?.type !== 'standing_changed' || cause.data.member !== entry.data.member) return entry;
  }
  return undefined;
}

/**
 * The first entry from `from`, just after a screening, that only a screening brings about: a verdict before the attempt
 * has ended, or a step of standing or a restart by itself before the next collection has closed.
 */
export function strayStep(entries: readonly Recorded[], from: number): Recorded | undefined {
  let ended = false;
  for (const entry of entries.slice(from)) {
    if (entry.type === 'collection_closed') return undefined;
    if (isAutomatic(entry) || (!ended && isJudgement(entry))) return entry;
    ended ||= endsAttempt(entry);
  }
  return undefined;
}

function isAutomatic(entry: Recorded): boolean {
  if (entry.type === 'standing_recommended' || entry.type === 'run_restarted') return true;
  return entry.type === 'standing_changed' && entry.data.by === AUTOMATIC;
}

const ENDS: ReadonlySet<Recorded['type']> = new Set([
  'round_aggregated',
  'round_abandoned',
  'run_failed',
  'run_aborted',
]);

function endsAttempt({ type }: Recorded): boolean {
  return ENDS.has(type);
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
