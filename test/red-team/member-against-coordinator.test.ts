/** What an enrolled member can do to a coordinator beyond its own update, over real TLS. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LiveCalls } from '../../coordinator/adapters/grpc/live-calls.ts';
import { MAX_CALLS_PER_KEY } from '../../shared/wire/limits.ts';
import { PARTICIPATION } from '../../shared/wire/protocol.ts';
import { laySiege, type Siege } from '../hostile/besieged-round.ts';
import { HandDrivenMember } from '../support/hand-driven-member.ts';
import { refusalOf, refusalOfAsync } from '../support/refusal-of.ts';
import { memberOf } from '../support/small-consortium.ts';

/** What a receipt says; that its signature holds is tested elsewhere. */
function receiptIn(jws: string): { index: number; digest: string } {
  return JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8'));
}

let siege: Siege;
beforeAll(async () => {
  siege = await laySiege();
});
afterAll(() => siege.end());

describe('a report of a node', () => {
  it('cannot fill the journal: long texts are refused and leave no entry', async () => {
    const { eve, consortium } = siege;
    const report = { modelVersion: 0, modelWeights: '' };
    const long = 'x'.repeat(1_900_000);
    for (const [software, backend] of [
      [long, 'wasm'],
      ['vedette/test', long],
    ] as const) {
      const refusal = await refusalOfAsync(() =>
        eve.connection.unary(PARTICIPATION.Report, { software, backend, ...report }),
      );
      expect(refusal).toMatchObject({ code: 'usage', facts: { bound: 128 } });
    }
    expect(await memberOf(consortium, 'eve')).toMatchObject({ software: '' });
  });
});

describe('calls of one key', () => {
  it('are bounded over all connections, so that followers nobody reads cost bounded memory', () => {
    const calls = new LiveCalls();
    for (let call = 0; call < MAX_CALLS_PER_KEY; call++) {
      calls.requireRoom('did:key:eve');
      calls.add({ did: 'did:key:eve', follows: true, end: () => {} });
    }
    expect(refusalOf(() => calls.requireRoom('did:key:eve')).code).toBe('call_flood');
    expect(() => calls.requireRoom('did:key:ada')).not.toThrow();
    expect(() => calls.requireRoom('')).not.toThrow();
  });
});

describe('a header for an attempt that never opened', () => {
  it('is refused, and the receipt for the update that was taken can still be had', async () => {
    const { eve } = siege;
    await siege.round(async (plan) => {
      const update = await eve.honestUpdate(plan);
      const taken = eve.sign(eve.header(update));
      await eve.upload(update.bytes);
      expect((await eve.submit(taken)).verdict?.decision).toBe('accept');
      const ahead = eve.sign(eve.header(update, { attempt: plan.attempt + 6 }));
      expect((await refusalOfAsync(() => eve.submit(ahead))).code).toBe('update_round');
      expect((await eve.submit(taken)).verdict?.decision).toBe('accept');
    });
  });
});

describe('a node killed after its update was journalled and before it heard so', () => {
  it('trains the same bytes again and gets the receipt of the first time: one entry, not two', async () => {
    const { eve, consortium } = siege;
    const detail = await siege.round(async (plan) => {
      const first = await eve.takePart(plan);
      const restarted = await HandDrivenMember.of(consortium, 'eve');
      const again = await restarted.takePart(plan).finally(() => restarted.close());
      expect(again.verdict).toEqual(first.verdict);
      const [before, after] = [first, again].map(({ receipt }) => receiptIn(receipt));
      expect(after?.index).toBe(before?.index);
      expect(after?.digest).toBe(before?.digest);
    });
    const ofEve = detail.entries.filter(({ data }) => JSON.parse(data).member === 'eve');
    expect(ofEve.map(({ type }) => type)).toEqual(['update_received']);
  });
});

describe('a blob that two members name', () => {
  it('counts for both: refusing the second would let a copy that came first shut the original out', async () => {
    const { eve, honest } = siege;
    const [ada] = honest;
    const detail = await siege.round(async (plan) => {
      if (!ada) throw new Error('no honest member');
      const adas = await ada.honestUpdate(await ada.plan(plan.round - 1));
      expect((await eve.send({ ...adas, plan })).verdict?.decision).toBe('accept');
    });
    expect(detail.round).toMatchObject({ outcome: 'aggregated', accepted: 4, refused: [] });
    const copies = detail.updates.filter(({ name }) => name === 'eve' || name === 'ada');
    expect(new Set(copies.map(({ update }) => update)).size).toBe(1);
    expect(copies[0]?.appliedWeight).toBe(copies[1]?.appliedWeight);
  });
});

describe('a signed header', () => {
  it('with a field nobody knows, or without a signature, is refused', async () => {
    const { eve } = siege;
    await siege.round(async (plan) => {
      const update = await eve.honestUpdate(plan);
      await eve.upload(update.bytes);
      const extended = { ...eve.header(update), extra: 1 };
      expect(() => eve.sign(extended)).toThrow(/Unrecognized key/);
      const [, payload] = eve.sign(eve.header(update)).split('.');
      const protectedHeader = { alg: 'none', typ: 'vedette-update+jwt', kid: eve.node.identity.did };
      const unsigned = Buffer.from(JSON.stringify(protectedHeader)).toString('base64url');
      const refusal = await refusalOfAsync(() => eve.submit(`${unsigned}.${payload}.`));
      expect(refusal.code).toBe('update_signature');
    });
  });
});
