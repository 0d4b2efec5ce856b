/** Quarantine over the wire: what the member may go on doing, what of it counts, and how it ends. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONTROL } from '../../coordinator/cli/connect.ts';
import { PARTICIPATION } from '../../shared/wire/protocol.ts';
import { refusalOfAsync } from '../support/refusal-of.ts';
import { changeStanding, memberOf, modelsOf, operate } from '../support/small-consortium.ts';
import { laySiege, type Siege } from './besieged-round.ts';

let siege: Siege;
beforeAll(async () => {
  siege = await laySiege();
  await changeStanding(siege.consortium, 'eve', 'quarantine');
});
afterAll(() => siege.end());

describe('a member in quarantine', () => {
  it('is asked, uploads and hands in; its update is judged at weight 0', async () => {
    const { eve } = siege;
    const detail = await siege.round(async (plan) => {
      const { verdict } = await eve.takePart(plan);
      expect(verdict).toMatchObject({ decision: 'quarantine', code: '' });
    });
    expect(detail.round).toMatchObject({ outcome: 'aggregated', accepted: 3, cohort: 3 });
    const update = detail.updates.find(({ name }) => name === 'eve');
    expect(update).toMatchObject({ appliedWeight: 0, verdict: { decision: 'quarantine' } });
    expect(update?.verdict?.message).toContain('it would have been accepted');
    expect(detail.updates.reduce((sum, { appliedWeight }) => sum + appliedWeight, 0)).toBeCloseTo(1, 12);
  });

  it('reads its standing, its verdicts and its evidence', async () => {
    const { connection } = siege.eve;
    const { standing, conduct, policy } = await connection.unary(PARTICIPATION.Standing, {});
    expect(standing).toBe('quarantined');
    expect(conduct).toMatchObject({ reputation: 1, influence: 0, cleanShadowRounds: 1, reason: 'a test' });
    expect(conduct?.changes.at(-1)).toMatchObject({ from: 'active', to: 'quarantined', by: 'olga' });
    expect(policy).toMatchObject({ mode: 'enforce', releaseAfter: 20, paused: false });
    const { verdicts } = await connection.unary(PARTICIPATION.Verdicts, { fromRound: 0 });
    expect(verdicts.at(-1)).toMatchObject({ appliedWeight: 0, verdict: { decision: 'quarantine' } });
    const { json } = await connection.unary(PARTICIPATION.OwnEvidence, {
      round: verdicts.at(-1)?.round ?? 0,
    });
    expect(JSON.parse(json)).toMatchObject({ seat: 'shadow', appliedWeight: 0 });
  });

  it('is not waited for: the round ends with the others, and its update is late', async () => {
    const { eve } = siege;
    let late: Awaited<ReturnType<typeof eve.honestUpdate>> | undefined;
    const detail = await siege.round(async (plan) => {
      late = await eve.honestUpdate(plan);
      await eve.upload(late.bytes);
    });
    expect(detail.round).toMatchObject({ outcome: 'aggregated', accepted: 3 });
    if (!late) throw new Error('no update was made');
    const { verdict } = await eve.submit(eve.sign(eve.header(late)));
    expect(verdict).toMatchObject({ decision: 'ignore', code: 'update_late' });
  });

  it('has no vote', async () => {
    const refusal = await refusalOfAsync(() =>
      siege.eve.connection.unary(PARTICIPATION.Vote, { vote: 'any' }),
    );
    expect(refusal).toMatchObject({ code: 'member_not_active', facts: { standing: 'quarantined' } });
    expect((await modelsOf(siege.consortium)).current).toBe(0);
  });

  it('appeals once a day, and the operator reads it', async () => {
    const { connection } = siege.eve;
    const { appealedAt } = await connection.unary(PARTICIPATION.Appeal, { note: 'it was a scanner' });
    expect(await memberOf(siege.consortium, 'eve')).toMatchObject({
      standing: 'quarantined',
      conduct: { appeal: 'it was a scanner', appealedAt },
      cleanShadowRoundsNeeded: 20,
    });
    const again = await refusalOfAsync(() => connection.unary(PARTICIPATION.Appeal, { note: 'and another' }));
    expect(again.code).toBe('too_frequent');
  });

  it('is back by undo', async () => {
    await changeStanding(siege.consortium, 'eve', 'undo');
    expect(await memberOf(siege.consortium, 'eve')).toMatchObject({
      standing: 'active',
      conduct: { influence: 1, appeal: '', quarantinedSince: '' },
    });
  });
});

describe('automation', () => {
  it('is paused and resumed with one command, and says how it stands', async () => {
    const act = (action: string, reason = '') =>
      operate(siege.consortium, (connection) => connection.unary(CONTROL.Automation, { action, reason }));
    expect(await act('pause', 'a drill')).toMatchObject({
      policy: { paused: true, mode: 'enforce' },
      by: 'olga',
      reason: 'a drill',
    });
    expect(await act('resume')).toMatchObject({ policy: { paused: false }, budget: 1, quarantines: 0 });
    expect((await refusalOfAsync(() => act('stop'))).code).toBe('usage');
  });

  it('is for operators', async () => {
    const refusal = await refusalOfAsync(() =>
      siege.eve.connection.unary(CONTROL.Automation, { action: 'pause', reason: '' }),
    );
    expect(refusal.code).toBe('not_permitted');
  });
});
