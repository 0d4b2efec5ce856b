import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { MemoryBlobs } from '../../coordinator/adapters/blobs/memory.ts';
import { MemoryJournal } from '../../coordinator/adapters/journal/memory.ts';
import { explainOwnUpdate, explainRoundUpdate } from '../../coordinator/flow/evidence.ts';
import { Story } from '../core/story.ts';
import { refusalOfAsync } from '../support/refusal-of.ts';

const MEMBERS = ['ada', 'bob', 'cyd'];
const EVIDENCE = JSON.stringify({ judged: [{ member: 'ada', verdict: { decision: 'reject' } }] });

/** A round screened by `EVIDENCE`, where the blob of that name has become something else. */
async function recordsWith(found: string) {
  const story = Story.withMembers(MEMBERS, { rounds: { min: 3 } });
  story.openRun();
  story.openRound();
  for (const member of MEMBERS) story.submit(member);
  const digest = createHash('sha256').update(EVIDENCE).digest('hex');
  story.when({ ...story.screening(), evidence: digest });
  const journal = new MemoryJournal();
  await journal.append(
    0,
    story.recorded.map(({ type, at, data }) => ({ type, at, data })),
  );
  const blobs = Object.assign(new MemoryBlobs(), { bytes: async () => Buffer.from(found) });
  return { state: story.state, journal, blobs };
}

describe('evidence whose blob is damaged', () => {
  it.each([
    ['altered, and still JSON', EVIDENCE.replace('reject', 'accept')],
    ['cut', EVIDENCE.slice(0, 20)],
    ['empty', ''],
    ['null', 'null'],
  ])('is not believed, by the operator or the member: %s', async (_, found) => {
    const records = await recordsWith(found);
    for (const explain of [explainRoundUpdate, explainOwnUpdate]) {
      const refusal = await refusalOfAsync(() => explain(records, 1, 'ada'));
      expect(refusal).toMatchObject({ code: 'evidence_damaged', kind: 'corrupt', facts: { round: 1 } });
    }
  });

  it('is told from evidence that is as the journal names it', async () => {
    const records = await recordsWith(EVIDENCE);
    const refusal = await refusalOfAsync(() => explainRoundUpdate(records, 1, 'hal'));
    expect(refusal.code).toBe('update_missing');
  });
});
