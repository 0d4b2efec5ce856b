/** A voter that lies, repeats itself, or votes on something else. */
import { describe, expect, it } from 'vitest';
import { takeVote } from '../../coordinator/flow/submit.ts';
import { makeKey } from '../../shared/identity/keys.ts';
import { verifyStatement } from '../../shared/identity/signed-statement.ts';
import { ReceiptSchema } from '../../shared/provenance/receipt.ts';
import { signVote, type Vote } from '../../shared/provenance/vote.ts';
import { dataOf, Story } from '../core/story.ts';
import { coordinatorOf } from '../flow/told-coordinator.ts';
import { refusalOfAsync } from '../support/refusal-of.ts';

const TEN = ['ada', 'bob', 'cyd', 'dan', 'eve', 'fay', 'gus', 'hal', 'ida', 'jon'];

async function votingCoordinator() {
  const story = Story.withMembers(TEN).toCandidate(TEN);
  const { context } = await coordinatorOf(story);
  context.desk.onAppend((entries) => context.prover.append(entries));
  const key = makeKey('identity');
  const phase = context.desk.state.run?.phase;
  if (phase?.phase !== 'voting') throw new Error('no vote is open');
  const vote: Vote = {
    federation: 'told',
    run: story.run,
    candidate: phase.candidate.weights,
    member: key.did,
    heldBack: 10,
    p99: 2,
    approve: true,
    metrics: {},
    issuedAt: '2026-01-01T00:00:00.000Z',
  };
  const cast = (changes: Partial<Vote> = {}) =>
    takeVote(context, { id: 'eve', did: key.did }, signVote(key, { ...vote, ...changes }));
  return { context, cast };
}

function indexIn(receipt: string): number {
  const [code, typ] = ['receipt_invalid', 'vedette-receipt+jwt'] as const;
  const kind = { typ, schema: ReceiptSchema, badSignature: code, badPayload: code, badSigner: code } as const;
  return verifyStatement(kind, receipt).payload.index;
}

describe('one voter of ten', () => {
  it.each([1e308, -1e308, 0, -0])('that reports %d leaves the threshold among the honest reports', (p99) => {
    const story = Story.withMembers(TEN).toCandidate(TEN);
    TEN.forEach((member, place) => {
      story.vote(member, { p99: member === 'eve' ? p99 : 100 + place });
    });
    const { evaluation } = dataOf(story.evaluate(), 'candidate_evaluated');
    expect(evaluation.passed).toBe(true);
    expect(evaluation.threshold).toBeGreaterThanOrEqual(107);
    expect(evaluation.threshold).toBeLessThanOrEqual(109);
  });

  it('that votes many times at once gets the place of its one vote in each receipt', async () => {
    const { context, cast } = await votingCoordinator();
    const first = context.desk.state.size;
    const votes = [cast(), cast({ p99: 1e308 }), cast({ approve: false })];
    const other = { software: 'vedette/test', backend: 'wasm', modelVersion: 0 };
    await context.desk.dispatch({ type: 'report-node', member: 'ada', ...other });
    const receipts = await Promise.all(votes);
    expect(receipts.map(indexIn)).toEqual([first, first, first]);
    expect(context.desk.state.size).toBe(first + 2);
  });

  it('cannot sign a p99 that is no number', async () => {
    const { cast } = await votingCoordinator();
    for (const p99 of [Number.NaN, Number.POSITIVE_INFINITY]) expect(() => cast({ p99 })).toThrow(/p99/);
  });

  it('is refused a vote for another federation, run or candidate', async () => {
    const { context, cast } = await votingCoordinator();
    const { size } = context.desk.state;
    expect((await refusalOfAsync(() => cast({ federation: 'other' }))).code).toBe('vote_invalid');
    expect((await refusalOfAsync(() => cast({ run: 'run-9' }))).code).toBe('candidate_missing');
    expect((await refusalOfAsync(() => cast({ candidate: 'f'.repeat(64) }))).code).toBe('candidate_missing');
    expect(context.desk.state.size).toBe(size);
  });
});

describe('a reason', () => {
  it('longer than a manifest can carry is refused before it stands in the journal', () => {
    const story = Story.withMembers(TEN);
    const reason = 'x'.repeat(1001);
    const suspend = { type: 'change-standing', member: 'eve', action: 'suspend', by: 'olga' } as const;
    expect(story.refuses({ ...suspend, reason })).toMatchObject({ code: 'usage', facts: { bound: 1000 } });
    expect(story.when({ ...suspend, reason: reason.slice(1) })).toHaveLength(1);
  });
});
