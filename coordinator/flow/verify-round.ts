/**
 * Recomputes what a round did from what its members sent: measures, verdicts, evidence, weights, aggregate and next base.
 * The history before it comes from the journal, folded up to the entry; the bytes come from the blobs.
 */
import { createHash } from 'node:crypto';
import { verifyUpdateHeader } from '../../shared/provenance/update-header.ts';
import { Refusal } from '../../shared/refusal.ts';
import type { RoundEvidence } from '../core/checks/evidence.ts';
import type { Command } from '../core/commands.ts';
import { decide } from '../core/decide.ts';
import type { RoundFacts } from '../core/events.ts';
import { firstDifference, tellDifference } from '../core/first-difference.ts';
import { foundedFederation } from '../core/run/decide-run.ts';
import { type Received, type RoundSummary, receivedOf, type State } from '../core/state.ts';
import type { Journal } from '../ports/journal.ts';
import { combineRound } from './combine-round.ts';
import { runIn } from './context.ts';
import { judgeRound, type Means } from './judge-round.ts';
import { type Case, casesOf, type Place } from './verify-cases.ts';
import { otherOpening, strayRestart, strayStep, strayWithdrawal } from './verify-records.ts';

export interface RoundVerification {
  readonly run: string;
  readonly round: number;
  readonly attempt: number;
  readonly step: string;
  readonly outcome: RoundSummary['outcome'];
  /** Updates whose measures and verdicts came out the same. */
  readonly updates: number;
  /** Digest of the evidence, recomputed; null where none was kept. */
  readonly evidence: string | null;
  /** Digests of the aggregate and of the base that follows; null where the round has none. */
  readonly combined: string | null;
  readonly base: string | null;
}

/** As the end of a range: up to the newest. */
export const EVERY_ROUND = Number.MAX_SAFE_INTEGER;

export interface VerifyMeans extends Means {
  readonly journal: Journal;
  progress(done: number, of: number): void;
}

/**
 * Every attempt of the rounds `from` … `to` that got as far as screening. Refuses `round_missing` when there is none, and
 * `round_invalid` naming the first thing that comes out otherwise than recorded.
 */
export async function verifyRounds(
  means: VerifyMeans,
  from: number,
  to: number,
): Promise<RoundVerification[]> {
  const { cases, newest } = casesOf(means.journal, from, to);
  if (cases.length === 0 && to === EVERY_ROUND)
    throw new Refusal('round_missing', 'no round has been screened yet', { newest });
  if (cases.length === 0)
    throw new Refusal('round_missing', `no round from ${from} to ${to} has been screened`, { from, to });
  if (to !== EVERY_ROUND && to > newest)
    throw new Refusal('round_missing', `there is no round ${to}, the newest is ${newest}`, { to, newest });
  const verified: RoundVerification[] = [];
  for (const one of cases) {
    verified.push(await verifyRound(means, one));
    means.progress(verified.length, cases.length);
  }
  return verified;
}

async function verifyRound(
  means: VerifyMeans,
  { summary, opened, keepsEvidence, screened, aggregated }: Case,
): Promise<RoundVerification> {
  const { run, round, attempt, step, outcome } = summary;
  if (outcome === 'aggregated' && !screened) throw invalid(summary, 'it was aggregated and never screened');
  if (screened?.evidence) requireOpening(summary, opened);
  else if (keepsEvidence) throw invalid(summary, 'it names no evidence, and rounds before it do');
  const screening = screened && (await verifyScreening(means, summary, screened));
  const aggregate = aggregated && (await verifyAggregate(means, summary, aggregated));
  return {
    run,
    round,
    attempt,
    step,
    outcome,
    updates: screening?.updates ?? 0,
    evidence: screening?.evidence ?? null,
    combined: aggregate?.combined ?? null,
    base: aggregate?.base ?? null,
  };
}

async function verifyScreening(
  means: VerifyMeans,
  summary: RoundSummary,
  place: Place,
): Promise<{ updates: number; evidence: string | null }> {
  const { before, evidence: digest } = place;
  const run = runIn(before, 'screening');
  // Rounds of versions that kept no evidence were judged by other checks.
  if (!run || !digest) return { updates: 0, evidence: null };
  await requireBytes(means, summary, run.base, 'the base');
  await requireStart(means, summary, before);
  for (const received of [...receivedOf(run.phase.seats), ...receivedOf(run.phase.shadow)])
    await requireReceived(means, summary, before, received, run.phase.round);
  const { evidence, bytes, screened } = await judgeRound(means, before, run);
  if (sha256(bytes) !== digest) throw await otherEvidence(means, summary, evidence, digest);
  await requireBytes(means, summary, digest, 'the evidence');
  const told = requireEvents(summary, place, {
    type: 'screen',
    round: summary.round,
    attempt: summary.attempt,
    ...screened,
    evidence: digest,
    nowMs: Date.parse(place.entries[place.at]?.at ?? ''),
  });
  const stray = strayStep(place.entries, place.at + told);
  if (stray) throw invalid(summary, `entry ${stray.index}, ${stray.type}: no screening brought it about`);
  return { updates: evidence.judged.length, evidence: digest };
}

async function verifyAggregate(
  means: VerifyMeans,
  summary: RoundSummary,
  place: Place,
): Promise<{ combined: string; base: string } | undefined> {
  const run = runIn(place.before, 'aggregating');
  if (!run) throw invalid(summary, `entry ${place.entries[place.at]?.index}: nothing was screened before it`);
  const entry = place.entries[place.at];
  if (entry?.type !== 'round_aggregated') return undefined;
  const { combined, base, server } = entry.data;
  // Before it is computed again, which would put a blob that is damaged back in place.
  for (const digest of [combined, base, ...(server ? [server] : [])])
    if ((await means.blobs.size(digest)) !== undefined)
      await requireBytes(means, summary, digest, 'the aggregate');
  const command = await combineRound(means, place.before, run, 'verify-round');
  requireEvents(summary, place, command);
  return { combined, base };
}

function requireOpening(summary: RoundSummary, opened: Place | undefined): void {
  const entry = opened?.entries[opened.at];
  if (!opened || entry?.type !== 'round_opened') return;
  const other = otherOpening(opened.before, entry.data);
  if (other) throw invalid(summary, other);
  const stray = strayWithdrawal(opened.entries, opened.at);
  if (stray) throw invalid(summary, `entry ${stray.index}, ${stray.type}: the member kept its standing`);
  const restart = strayRestart(opened.entries, opened.at);
  if (restart) throw invalid(summary, `entry ${restart.index}, ${restart.type}: no audit brought it about`);
}

/** The first base of a run is the family's own. */
async function requireStart(
  { blobs, compute }: VerifyMeans,
  summary: RoundSummary,
  before: State,
): Promise<void> {
  if (before.run?.roundsDone !== 0) return;
  const federation = foundedFederation(before);
  const written = await compute.start({ federation, out: blobs.scratch('verify-start') });
  const { digest } = await blobs.adopt(written);
  if (digest !== before.run.base)
    throw invalid(
      summary,
      `the run starts from ${digest.slice(0, 16)}, recorded is ${before.run.base.slice(0, 16)}`,
    );
}

/** The blob is the one signed for, the header says what the journal says, and the length is as inspected. */
async function requireReceived(
  means: VerifyMeans,
  summary: RoundSummary,
  before: State,
  { member, update, samples, bytes, norm, header }: Received,
  round: RoundFacts,
): Promise<void> {
  await requireBytes(means, summary, update, `the update of ${member}`);
  const { update: signed, ...says } = verifyUpdateHeader(header, before.members.get(member)?.did);
  const told = {
    update: signed,
    samples: says.samples,
    bytes: says.bytes,
    federation: says.federation,
    run: says.run,
    round: says.round,
    attempt: says.attempt,
    step: says.step,
    base: says.base,
    nonce: says.nonce,
  };
  const { federation } = foundedFederation(before);
  const { run, round: number, attempt, step, base, nonce } = round;
  const plan = { federation, run, round: number, attempt, step, base, nonce };
  const difference = firstDifference(told, { update, samples, bytes, ...plan });
  if (difference) throw invalid(summary, `the signed header of ${member}: ${tellDifference(difference)}`);
  const inspection = await means.compute.inspect({
    federation: foundedFederation(before),
    step: summary.step,
    base: await means.blobs.locate(summary.base),
    update: await means.blobs.locate(update),
    samples,
  });
  if (inspection.finding) throw invalid(summary, `the update of ${member}: ${inspection.finding.message}`);
  if (inspection.norm !== norm)
    throw invalid(summary, `the update of ${member} has norm ${inspection.norm}, recorded is ${norm}`);
}

/** A blob is named by its digest: bytes that have another were changed on the disk. */
async function requireBytes(
  { blobs }: VerifyMeans,
  summary: RoundSummary,
  digest: string,
  what: string,
): Promise<void> {
  const hash = createHash('sha256');
  for await (const chunk of blobs.read(digest)) hash.update(chunk);
  const seen = hash.digest('hex');
  if (seen !== digest)
    throw invalid(
      summary,
      `the bytes of ${what} have digest ${seen.slice(0, 16)}, recorded is ${digest.slice(0, 16)}`,
    );
}

async function otherEvidence(
  means: VerifyMeans,
  summary: RoundSummary,
  evidence: RoundEvidence,
  digest: string,
): Promise<Refusal> {
  await requireBytes(means, summary, digest, 'the evidence');
  const stored = JSON.parse(Buffer.from(await means.blobs.bytes(digest)).toString('utf8')) as RoundEvidence;
  if (stored.software !== evidence.software)
    return invalid(
      summary,
      `it was screened by ${stored.software}, this is ${evidence.software}: verify it with that version`,
    );
  const [canaries, others] = [evidence.measures.canaries, stored.measures.canaries];
  if (canaries !== others)
    return invalid(
      summary,
      `it was screened with ${canaryFile(others)}, now there is ${canaryFile(canaries)}: verify it with those canaries`,
    );
  const difference = firstDifference(plain(evidence), stored);
  return invalid(
    summary,
    `the evidence: ${difference ? tellDifference(difference) : 'other bytes of the same value'}`,
  );
}

/** What the command brings about now is what it brought about then, entry by entry; returns how many they are. */
function requireEvents(summary: RoundSummary, { before, entries, at }: Place, command: Command): number {
  const decided = decide(before, command);
  if (decided.length === 0)
    throw invalid(summary, `nothing follows where entry ${entries[at]?.index} stands`);
  for (const [offset, { type, data }] of decided.entries()) {
    const entry = entries[at + offset];
    const recorded = entry && { type: entry.type, data: plain(entry.data) };
    const difference = firstDifference(plain({ type, data }), recorded);
    if (difference)
      throw invalid(summary, `entry ${entry?.index ?? 'missing'}, ${type}: ${tellDifference(difference)}`);
  }
  return decided.length;
}

function invalid({ round, attempt }: RoundSummary, what: string): Refusal {
  const tried = attempt > 1 ? ` attempt ${attempt}` : '';
  return new Refusal('round_invalid', `round ${round}${tried}: ${what}`, { round, attempt });
}

function canaryFile(digest: string | undefined): string {
  return digest === undefined ? 'no canary file' : `the canary file of digest ${digest.slice(0, 16)}`;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
