/** Who may take part, seen from outside: invites, clocks, CAs, and a standing that is lost inside an open round. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCaCertificate } from '../../coordinator/adapters/ca/certificate-authority.ts';
import { makeKey } from '../../shared/identity/keys.ts';
import { PARTICIPATION } from '../../shared/wire/protocol.ts';
import { refusalOfAsync } from '../support/refusal-of.ts';
import { changeStanding, inviteFor, joinWith, memberOf, roundOf } from '../support/small-consortium.ts';
import { laySiege, type Siege } from './besieged-round.ts';

const HOUR_MS = 3_600_000;

let siege: Siege;
beforeAll(async () => {
  siege = await laySiege();
});
afterAll(() => siege.end());

describe('an invite', () => {
  it('is refused to a second host', async () => {
    const { consortium } = siege;
    const invite = await inviteFor(consortium, 'dan');
    await joinWith(join(consortium.folder, 'dan'), invite);
    const refusal = await refusalOfAsync(() => joinWith(join(consortium.folder, 'thief'), invite));
    expect(refusal.code).toBe('invite_used');
    expect(await memberOf(consortium, 'dan')).toMatchObject({ standing: 'pending' });
  });

  it('may be spent again by the host that spent it, after a cut', async () => {
    const { consortium } = siege;
    const invite = await inviteFor(consortium, 'fay');
    await joinWith(join(consortium.folder, 'fay'), invite);
    await joinWith(join(consortium.folder, 'fay'), invite);
    expect(await memberOf(consortium, 'fay')).toMatchObject({ standing: 'pending' });
  });

  it('is refused once it has expired', async () => {
    const { consortium } = siege;
    const invite = await inviteFor(consortium, 'gus', 1);
    const late = Date.now() + HOUR_MS + 1_000;
    const refusal = await refusalOfAsync(() => joinWith(join(consortium.folder, 'gus'), invite, late));
    expect(refusal.code).toBe('invite_expired');
    expect(await memberOf(consortium, 'gus')).toBeUndefined();
  });

  it('is worth nothing with one character changed', async () => {
    const { consortium } = siege;
    const invite = await inviteFor(consortium, 'hal');
    const middle = invite.length >> 1;
    const changed = `${invite.slice(0, middle)}${invite[middle] === 'A' ? 'B' : 'A'}${invite.slice(middle + 1)}`;
    const refusal = await refusalOfAsync(() => joinWith(join(consortium.folder, 'hal'), changed));
    expect(['invite_invalid', 'coordinator_untrusted']).toContain(refusal.code);
  });
});

describe('a member', () => {
  it.each([-HOUR_MS, HOUR_MS])('whose clock is off by %d ms is told so', async (offMs) => {
    const connection = siege.eve.connectWith({ now: () => Date.now() + offMs });
    const refusal = await refusalOfAsync(() => connection.unary(PARTICIPATION.Verdicts, { fromRound: 0 }));
    connection.close();
    expect(refusal.code).toBe('clock_skew');
    expect(refusal.message).toMatch(/36\d\d s|60 min|1 h|3[56]\d\d/);
    expect(refusal.resolve).toContain('clock');
  });

  it('that pins another CA does not speak to this coordinator', async () => {
    const caPem = await createCaCertificate(makeKey('ca'), 'small', Date.now());
    const connection = siege.eve.connectWith({ caPem });
    const refusal = await refusalOfAsync(() =>
      connection.unary(PARTICIPATION.Verdicts, { fromRound: 0 }, { timeoutMs: 3_000 }),
    );
    connection.close();
    expect(refusal.code).toBe('coordinator_untrusted');
  });

  it('that is suspended inside an open round takes its pending update with it', async () => {
    const { consortium, eve } = siege;
    const detail = await siege.round(async (plan) => {
      expect((await eve.takePart(plan)).verdict?.decision).toBe('accept');
      await changeStanding(consortium, 'eve', 'suspend');
      const pending = (await roundOf(consortium, plan.round)).updates.find(({ name }) => name === 'eve');
      expect(pending?.verdict).toMatchObject({ decision: 'ignore', code: 'update_withdrawn' });
      const refusal = await refusalOfAsync(() =>
        eve.connection.unary(PARTICIPATION.Submit, { header: 'any' }),
      );
      expect(refusal).toMatchObject({ code: 'member_not_active', facts: { standing: 'suspended' } });
      await changeStanding(consortium, 'eve', 'reinstate');
    });
    expect(detail.round).toMatchObject({ outcome: 'aggregated', accepted: 3, cohort: 4, refused: [] });
    expect(detail.updates.find(({ name }) => name === 'eve')).toMatchObject({ appliedWeight: 0 });
  });

  it('that is revoked inside an open round is out of it, cut off, and stays out', async () => {
    const { consortium, eve } = siege;
    const detail = await siege.round(async (plan) => {
      expect((await eve.takePart(plan)).verdict?.decision).toBe('accept');
      await changeStanding(consortium, 'eve', 'revoke');
      const refusal = await refusalOfAsync(() =>
        eve.connection.unary(PARTICIPATION.Verdicts, { fromRound: 0 }),
      );
      expect(refusal.code).toBe('member_not_active');
      expect(refusal.facts.standing).toBe('revoked');
    });
    expect(detail.round).toMatchObject({ outcome: 'aggregated', accepted: 3, cohort: 4 });
    const applied = detail.updates.filter(({ appliedWeight }) => appliedWeight > 0).map(({ name }) => name);
    expect(applied.sort()).toEqual(['ada', 'bob', 'cyd']);
    expect(detail.entries.map(({ type }) => type)).toContain('update_withdrawn');
  });
});
