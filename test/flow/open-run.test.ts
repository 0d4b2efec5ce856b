import { describe, expect, it } from 'vitest';
import { openRun } from '../../coordinator/flow/open-run.ts';
import { Story } from '../core/story.ts';
import { refusalOfAsync } from '../support/refusal-of.ts';
import { coordinatorOf } from './told-coordinator.ts';

const GRADIENTS = { model: { family: 'autoencoder', hidden: [4], rounds: 3 }, rounds: { min: 3 } };
const SIX = ['ada', 'bob', 'cyd', 'dan', 'eve', 'fay'];

async function opened(members: readonly string[], changes: Record<string, unknown>) {
  const story = Story.withMembers([...members], { ...GRADIENTS, ...changes });
  const { context } = await coordinatorOf(story);
  try {
    return await openRun(context, 'olga');
  } finally {
    await context.compute.close();
  }
}

describe('opening a run', () => {
  it('refuses a rule that cannot hold for the members there are, before any round', async () => {
    const aggregation = { rule: 'krum', outliers: 2 };
    const refusal = await refusalOfAsync(() => opened(SIX.slice(0, 4), { aggregation }));
    expect(refusal.code).toBe('rule_breakdown');
    expect(refusal.facts).toMatchObject({ n: 4, f: 2 });
    expect((await opened([...SIX, 'gus'], { aggregation })).run).toBe('run-1');
  });

  it('holds the rule against the target of a round, not against everyone enrolled', async () => {
    const aggregation = { rule: 'krum', outliers: 2 };
    const rounds = { min: 3, target: 4 };
    const refusal = await refusalOfAsync(() => opened(SIX, { aggregation, rounds }));
    expect(refusal.code).toBe('rule_breakdown');
  });

  it('leaves it to the quorum to say that there are too few members for any rule', async () => {
    const refusal = await refusalOfAsync(() =>
      opened(['ada'], { aggregation: { rule: 'krum', outliers: 2 } }),
    );
    expect(refusal.code).toBe('quorum_missing');
  });

  it('refuses a rule that needs root data where no canary file has any', async () => {
    const refusal = await refusalOfAsync(() => opened(SIX, { aggregation: { rule: 'fltrust' } }));
    expect(refusal.message).toContain('canary.file names none');
  });
});
