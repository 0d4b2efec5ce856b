import { type Receipt, signReceipt } from '../../shared/provenance/receipt.ts';
import { type UpdateHeader, verifyUpdateHeader } from '../../shared/provenance/update-header.ts';
import { verifyVote } from '../../shared/provenance/vote.ts';
import { Refusal } from '../../shared/refusal.ts';
import { ACCEPTED, type Verdict } from '../../shared/verdict.ts';
import { failedAtDoor } from '../core/checks/door.ts';
import { ownVerdict } from '../core/checks/explain/own-verdict.ts';
import { isRepeatOfJudged, samplesBound } from '../core/round/decide-round.ts';
import { openRound, type State, seatOf } from '../core/state.ts';
import type { Inspection } from '../ports/compute.ts';
import { type Context, federationOf } from './context.ts';
import { crashPoint } from './crash-points.ts';
import { othersThan } from './history.ts';

interface Sender {
  readonly id: string;
  readonly did: string;
}

/**
 * Takes a signed header for a blob that is durable. Checks what is cheap first, reads the blob once, journals the
 * outcome, and only then answers with a receipt. The same header again gets the same place in the journal again.
 */
export async function submit(
  context: Context,
  sender: Sender,
  jws: string,
): Promise<{ receipt: string; verdict: Verdict }> {
  const { desk, clock } = context;
  const header = verifyUpdateHeader(jws, sender.did);
  const inspection = await inspectIfWanted(context, sender, header);
  crashPoint('update-inspected');
  await desk.dispatch({
    type: 'submit',
    member: sender.id,
    header,
    jws,
    norm: inspection?.norm ?? 0,
    finding: inspection?.finding,
    nowMs: clock.now(),
  });
  crashPoint('update-journalled');
  return receiptFor(context, sender, header);
}

/** Only a header that could be taken is worth reading megabytes for. */
async function inspectIfWanted(
  context: Context,
  sender: Sender,
  header: UpdateHeader,
): Promise<Inspection | undefined> {
  const { desk, blobs, compute } = context;
  if (!couldBeTaken(context, desk.state, sender, header)) return undefined;
  const size = await blobs.size(header.update);
  if (size === undefined) {
    throw new Refusal(
      'blob_missing',
      `update ${header.update.slice(0, 12)} is not here; upload it before the header`,
    );
  }
  if (size !== header.bytes) {
    const message = `header says ${header.bytes} bytes, blob ${header.update.slice(0, 12)} has ${size}`;
    return { norm: 0, elements: 0, finding: { code: 'update_size', message, facts: { value: size } } };
  }
  return compute.inspect({
    federation: federationOf(context),
    step: header.step,
    base: await blobs.locate(header.base),
    update: await blobs.locate(header.update),
    samples: header.samples,
  });
}

function couldBeTaken(context: Context, state: State, sender: Sender, header: UpdateHeader): boolean {
  const phase = openRound(state);
  if (!phase || phase.round.round !== header.round || phase.round.attempt !== header.attempt) return false;
  if (isRepeatOfJudged(state, sender.id, header)) return false;
  const federation = federationOf(context);
  const failed = failedAtDoor(header, {
    round: phase.round,
    federation: federation.federation,
    member: sender.did,
    maxSamples: samplesBound(state, federation, sender.id),
  });
  return seatOf(phase, sender.id)?.state === 'awaited' && failed === undefined;
}

function receiptFor(
  context: Context,
  sender: Sender,
  header: UpdateHeader,
): { receipt: string; verdict: Verdict } {
  const { desk, prover, publisher } = context;
  const judged = desk.state.lastJudged.get(sender.id);
  if (!judged || !isRepeatOfJudged(desk.state, sender.id, header)) {
    throw new Refusal('update_late', `round ${header.round} has closed`, { round: header.round });
  }
  const verdict = ownVerdict(judged.verdict, othersThan(desk.state, sender.id));
  const receipt = signReceipt(publisher.identity, {
    federation: federationOf(context).federation,
    kind: 'update',
    round: header.round,
    member: sender.did,
    digest: header.update,
    verdict: briefly(verdict),
    ...mutable(prover.inclusion(judged.index)),
  });
  crashPoint('receipt-signed');
  return { receipt, verdict };
}

function briefly({ decision, code, message }: Verdict): Receipt['verdict'] {
  return { decision, ...(code ? { code } : {}), message };
}

function mutable(
  proof: ReturnType<Context['prover']['inclusion']>,
): Pick<Receipt, 'index' | 'leaf' | 'inclusion' | 'checkpoint'> {
  return { ...proof, inclusion: [...proof.inclusion] };
}

/** Takes a signed vote on the candidate; the receipt names the candidate. */
export async function takeVote(context: Context, sender: Sender, jws: string): Promise<string> {
  const { desk, prover, publisher } = context;
  const vote = verifyVote(jws, sender.did);
  const { federation } = federationOf(context);
  if (vote.federation !== federation) {
    throw new Refusal('vote_invalid', `the vote is for federation ${vote.federation}, this is ${federation}`);
  }
  const [entry] = await desk.dispatch({
    type: 'vote',
    run: vote.run,
    candidate: vote.candidate,
    vote: {
      member: sender.id,
      p99: vote.p99,
      heldBack: vote.heldBack,
      approve: vote.approve,
      reason: vote.reason ?? '',
      jws,
    },
  });
  crashPoint('vote-journalled');
  // A vote given twice is found where the first one stands.
  const index = entry?.index ?? indexOfVote(desk.state, sender.id);
  if (index === undefined) throw new Refusal('candidate_missing', `the vote of ${vote.run} has closed`);
  return signReceipt(publisher.identity, {
    federation,
    kind: 'vote',
    round: desk.state.rounds.at(-1)?.round ?? 0,
    member: sender.did,
    digest: vote.candidate,
    verdict: briefly(ACCEPTED),
    ...mutable(prover.inclusion(index)),
  });
}

function indexOfVote({ run }: State, member: string): number | undefined {
  return run?.phase.phase === 'voting' ? run.phase.votes.get(member)?.index : undefined;
}
