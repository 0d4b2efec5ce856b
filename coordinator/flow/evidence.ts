/** The evidence of a round, read back: why an update was judged as it was. */
import { createHash } from 'node:crypto';
import { verifyUpdateHeader } from '../../shared/provenance/update-header.ts';
import { Refusal } from '../../shared/refusal.ts';
import { DETECTORS } from '../core/checks/detectors/registry.ts';
import type { RoundEvidence } from '../core/checks/evidence.ts';
import {
  explainUncompared,
  explainUpdate,
  type UpdateExplanation,
  type UpdateFacts,
} from '../core/checks/explain/explain-update.ts';
import { type OwnExplanation, ownExplanation } from '../core/checks/explain/own-explanation.ts';
import { TRAIL_ROUNDS, type TrailPoint } from '../core/standing/trail.ts';
import type { RoundSummary, State } from '../core/state.ts';
import type { Blobs } from '../ports/blobs.ts';
import type { Journal } from '../ports/journal.ts';
import { recordedEntries } from './desk.ts';
import { type RoundStory, roundMissing, storyOf, type UpdateStory } from './history.ts';

interface Records {
  readonly state: State;
  readonly journal: Journal;
  readonly blobs: Blobs;
}

/** The least of a digest that names an update. */
const LEAST_PREFIX = 4;
/** Rounds looked through for a member's trail: who takes part in one of so many has hardly any. */
const ROUNDS_SEARCHED = 200;

/**
 * `id`: a member, or the digest of its update, or enough of it. Of several attempts the newest that was screened. Refuses
 * `round_missing`, `update_missing`, `evidence_missing` where the round was not screened or kept none, and `evidence_damaged`.
 */
export async function explainRoundUpdate(
  records: Records,
  round: number,
  id: string,
): Promise<UpdateExplanation> {
  const { story, evidence, digest } = await evidenceOfRound(records, round);
  const update = updateNamed(story, id);
  return explained(records, { story, evidence, digest }, update);
}

/** What a member is shown of its own update: every number about itself, and of the others only what names nobody. */
export async function explainOwnUpdate(
  records: Records,
  round: number,
  member: string,
): Promise<OwnExplanation> {
  const found = await evidenceOfRound(records, round);
  const update = found.story.updates.find((own) => own.member === member);
  if (!update) throw missing(round, member);
  return ownExplanation(await explained(records, found, update));
}

interface Found {
  readonly story: RoundStory;
  readonly evidence: RoundEvidence;
  readonly digest: string;
}

async function evidenceOfRound({ state, journal, blobs }: Records, round: number): Promise<Found> {
  const attempts = state.rounds.filter((summary) => summary.round === round);
  if (attempts.length === 0) throw roundMissing(state, round);
  for (const summary of attempts.reverse()) {
    const story = storyOf(journal, summary);
    if (!story.evidence) continue;
    return { story, evidence: await readEvidence(blobs, round, story.evidence), digest: story.evidence };
  }
  throw new Refusal(
    'evidence_missing',
    `round ${round} has no evidence: it was not screened, or not by this version`,
    {
      round,
    },
  );
}

/** What the journal does not vouch for is not shown, however well it reads. */
async function readEvidence(blobs: Blobs, round: number, digest: string): Promise<RoundEvidence> {
  const bytes = await blobs.bytes(digest);
  const seen = createHash('sha256').update(bytes).digest('hex');
  if (seen === digest) return JSON.parse(Buffer.from(bytes).toString('utf8')) as RoundEvidence;
  throw new Refusal(
    'evidence_damaged',
    `round ${round}: the evidence blob of ${bytes.length} bytes has digest ${seen.slice(0, 16)}, recorded is ${digest.slice(0, 16)}`,
    { round, digest },
  );
}

function updateNamed({ updates, summary }: RoundStory, id: string): UpdateStory {
  const byMember = updates.find(({ member }) => member === id);
  if (byMember) return byMember;
  const byDigest =
    id.length < LEAST_PREFIX ? [] : updates.filter(({ update }) => update.startsWith(id.toLowerCase()));
  const [only, other] = byDigest;
  if (only && !other) return only;
  throw missing(summary.round, id, updates.map(({ member }) => member).sort());
}

function missing(round: number, id: string, members: readonly string[] = []): Refusal {
  const there =
    members.length > 0
      ? `; there are those of ${members.join(', ')} (only a digest may be shortened, to no less than ${LEAST_PREFIX} characters)`
      : '';
  return new Refusal(
    'update_missing',
    `round ${round} has no update ${JSON.stringify(id.slice(0, 80))}${there}`,
    { round },
  );
}

function explained(
  records: Records,
  { story, evidence, digest }: Found,
  update: UpdateStory,
): UpdateExplanation {
  const trail = trailBefore(records, story.summary, update.member);
  const facts = factsOf(update);
  const found = { evidence, digest };
  return explainUpdate(found, facts, trail, DETECTORS) ?? explainUncompared(found, facts, trail);
}

/** Nothing signed is left of an update that was refused before it was kept. */
function factsOf({ header, ...facts }: UpdateStory): UpdateFacts {
  if (header === '') return { ...facts, metrics: {}, software: '', issuedAt: '' };
  const { metrics, software, issuedAt } = verifyUpdateHeader(header);
  return { ...facts, metrics, software, issuedAt };
}

/** The member's last points before a round, oldest first, as the entries of the rounds before it say. */
function trailBefore(
  { state, journal }: Records,
  { firstIndex }: RoundSummary,
  member: string,
): TrailPoint[] {
  const points: TrailPoint[] = [];
  const before = state.rounds.filter((summary) => summary.firstIndex < firstIndex).slice(-ROUNDS_SEARCHED);
  for (const summary of before.reverse()) {
    if (points.length === TRAIL_ROUNDS) break;
    points.push(...pointsOf(journal, summary, member));
  }
  return points.reverse();
}

function pointsOf(journal: Journal, summary: RoundSummary, member: string): TrailPoint[] {
  const { round, step, firstIndex, lastIndex } = summary;
  for (const entry of recordedEntries(journal.read(firstIndex, lastIndex + 1))) {
    if (entry.type !== 'cohort_screened') continue;
    return (entry.data.points ?? [])
      .filter((point) => point.member === member)
      .map(({ clean, values }) => ({ round, step, clean, values }));
  }
  return [];
}
