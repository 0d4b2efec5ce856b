import { describe, expect, it } from 'vitest';
import { MemoryJournal } from '../../coordinator/adapters/journal/memory.ts';
import { EVERY_ROUND, type VerifyMeans, verifyRounds } from '../../coordinator/flow/verify-round.ts';
import { refusalOfAsync } from '../support/refusal-of.ts';

describe('a verification of every round where none was screened', () => {
  it('says so, and names no number that nobody gave', async () => {
    const means = { journal: new MemoryJournal(), progress: () => undefined } as unknown as VerifyMeans;
    const { code, message } = await refusalOfAsync(() => verifyRounds(means, 0, EVERY_ROUND));
    expect({ code, message }).toEqual({ code: 'round_missing', message: 'no round has been screened yet' });
  });
});
