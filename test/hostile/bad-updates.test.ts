/** Every bad update gets its own named refusal with value and bound, and the round ends with the honest ones. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RoundPlan } from '../../client/ports/coordinator.ts';
import { verifyReceipt } from '../../shared/provenance/receipt.ts';
import type { UpdateHeader } from '../../shared/provenance/update-header.ts';
import { decode, encode } from '../../shared/tensors/safetensors.ts';
import type { RoundDetail } from '../../shared/wire/generated/vedette/v1/RoundDetail.ts';
import type { StatReply } from '../../shared/wire/generated/vedette/v1/StatReply.ts';
import { TRANSFER } from '../../shared/wire/protocol.ts';
import { coordinatorCommand } from '../support/coordinator-process.ts';
import {
  asNeverSeen,
  digestOf,
  type HandDrivenMember,
  type MadeUpdate,
} from '../support/hand-driven-member.ts';
import { refusalOfAsync } from '../support/refusal-of.ts';
import { memberOf } from '../support/small-consortium.ts';
import { EVES_BOUND, laySiege, type Siege } from './besieged-round.ts';

let siege: Siege;
beforeAll(async () => {
  // Eve comes back after every refusal: what else would happen to her standing is tested elsewhere.
  siege = await laySiege({ standing: { mode: 'observe' } });
});
afterAll(() => siege.end());

function withValues(bytes: Uint8Array, change: (values: Float32Array) => void): Uint8Array {
  const set = decode(bytes);
  for (const values of set.tensors.values()) change(values);
  return encode(set);
}

/** The longest tensor loses its last element. */
function shortened(bytes: Uint8Array): Uint8Array {
  const { layout, tensors } = decode(bytes);
  const length = (name: string) => tensors.get(name)?.length ?? 0;
  const longest = layout.reduce((a, b) => (length(b.name) > length(a.name) ? b : a)).name;
  const values = (tensors.get(longest) ?? new Float32Array(2)).slice(0, -1);
  const cut = layout.map((spec) =>
    spec.name === longest ? { name: longest, shape: [values.length] } : spec,
  );
  return encode({ layout: cut, tensors: new Map([...tensors, [longest, values]]) });
}

/** The same bytes under another type name of the same width: the header keeps its length. */
function retyped(bytes: Uint8Array): Uint8Array {
  return Buffer.from(Buffer.from(bytes).toString('latin1').replace('"F32"', '"I32"'), 'latin1');
}

async function putFirstHalf({ connection }: HandDrivenMember, bytes: Uint8Array): Promise<StatReply> {
  const put = connection.clientStream(TRANSFER.Put);
  const data = bytes.subarray(0, bytes.length >> 1);
  await put.write({ digest: digestOf(bytes), size: bytes.length, offset: 0, data });
  return await put.finish();
}

function expectHonestOnly({ round, updates }: RoundDetail): void {
  expect(round).toMatchObject({ outcome: 'aggregated', accepted: 3, cohort: 4 });
  const applied = updates.filter(({ appliedWeight }) => appliedWeight > 0);
  expect(applied.map(({ name }) => name).sort()).toEqual(['ada', 'bob', 'cyd']);
  expect(applied.reduce((sum, { appliedWeight }) => sum + appliedWeight, 0)).toBeCloseTo(1, 12);
}

function eveIn({ updates }: RoundDetail): RoundDetail['updates'][number] | undefined {
  return updates.find(({ name }) => name === 'eve');
}

interface Bad {
  readonly code: string;
  readonly header?: (plan: RoundPlan, update: MadeUpdate) => Partial<UpdateHeader>;
  readonly bytes?: (honest: Uint8Array) => Uint8Array;
  /** What the evidence must say beyond the code. */
  readonly says: RegExp;
}

const BAD: Readonly<Record<string, Bad>> = {
  'another base': {
    code: 'update_base',
    header: () => ({ base: 'ab'.repeat(32) }),
    says: /base abababababab/,
  },
  'another nonce': {
    code: 'update_nonce',
    header: () => ({ nonce: 'guessed' }),
    says: /nonce guessed, expected [0-9a-f]{32}/,
  },
  'another run': { code: 'update_nonce', header: () => ({ run: 'run-99' }), says: /not for this plan/ },
  'another step': { code: 'update_nonce', header: () => ({ step: 'sums' }), says: /not for this plan/ },
  'a claimed size beyond the bound': {
    code: 'update_size',
    header: ({ maxBytes }) => ({ bytes: maxBytes + 1 }),
    says: /\d+ bytes \(bound \d+\)/,
  },
  'a claimed size that is not the blob’s': {
    code: 'update_size',
    header: (_, { bytes }) => ({ bytes: bytes.length - 1 }),
    says: /header says \d+ bytes, blob [0-9a-f]{12} has \d+/,
  },
  'samples beyond its bound': {
    code: 'samples_beyond_bound',
    header: () => ({ samples: EVES_BOUND + 1 }),
    says: new RegExp(`${EVES_BOUND + 1} samples claimed \\(bound ${EVES_BOUND}`),
  },
  'no samples': { code: 'samples_beyond_bound', header: () => ({ samples: 0 }), says: /0 samples claimed/ },
  'a shape that is not the plan’s': { code: 'update_shape', bytes: shortened, says: /the plan asks for/ },
  'a type that is not F32': { code: 'update_dtype', bytes: retyped, says: /I32.*F32 is asked for/ },
  'a NaN': {
    code: 'update_not_finite',
    bytes: (honest) => withValues(honest, (values) => values.fill(Number.NaN, 0, 1)),
    says: /element 0 of tensor \S+ is NaN/,
  },
  'an infinity': {
    code: 'update_not_finite',
    bytes: (honest) => withValues(honest, (values) => values.fill(Number.POSITIVE_INFINITY, 0, 1)),
    says: /is Infinity/,
  },
  'signs flipped and ten times the length': {
    code: 'sums_inconsistent',
    bytes: (honest) => withValues(honest, (values) => values.set(values.map((value) => -10 * value))),
    says: /./,
  },
  'a file cut short': {
    code: 'update_malformed',
    bytes: (honest) => honest.slice(0, -4),
    says: /safetensors/,
  },
  'no tensors at all': {
    code: 'update_malformed',
    bytes: () => Buffer.from('not a tensor file'),
    says: /safetensors/,
  },
};

describe('an update with', () => {
  it.each(Object.entries(BAD))(
    '%s is refused by name, and the round ends with the others',
    async (_, bad) => {
      const { eve } = siege;
      const refusedBefore = await refusedOfEve();
      const detail = await siege.round(async (plan) => {
        const honest = await eve.honestUpdate(plan);
        const update = { ...honest, bytes: bad.bytes?.(honest.bytes) ?? honest.bytes };
        const { verdict, receipt } = await eve.send(update, bad.header?.(plan, update));
        expect(verdict).toMatchObject({ decision: 'reject', code: bad.code });
        expect(verdict?.message).toMatch(bad.says);
        expect(verdict?.resolve).not.toBe('');
        const trusted = { coordinator: eve.node.membership.coordinator, log: eve.node.log };
        expect(verifyReceipt(receipt, trusted).receipt.verdict).toMatchObject({
          decision: 'reject',
          code: bad.code,
        });
      });
      expectHonestOnly(detail);
      expect(detail.round?.refused).toMatchObject([{ name: 'eve', code: bad.code }]);
      expect(eveIn(detail)?.verdict?.findings).toMatchObject([{ passed: false, code: bad.code }]);
      expect(await refusedOfEve()).toBe(refusedBefore + 1);
    },
  );

  it('bad content costs the seat: a mended one is not taken in the same round', async () => {
    const { eve } = siege;
    const detail = await siege.round(async (plan) => {
      const honest = await eve.honestUpdate(plan);
      await eve.send(honest, { samples: EVES_BOUND + 1 });
      const refusal = await refusalOfAsync(() =>
        eve.submit(
          eve.sign(eve.header({ ...honest, samples: honest.samples - 1 }, { update: 'cd'.repeat(32) })),
        ),
      );
      expect(refusal.code).toBe('update_repeated');
    });
    expectHonestOnly(detail);
  });
});

async function refusedOfEve(): Promise<number> {
  return (await memberOf(siege.consortium, 'eve'))?.refused ?? 0;
}

describe('a header', () => {
  it('signed by another key than it names is refused, and so is one altered after signing', async () => {
    const { eve, honest } = siege;
    const detail = await siege.round(async (plan) => {
      const update = await eve.honestUpdate(plan);
      await eve.upload(update.bytes);
      const own = eve.sign(eve.header(update));
      const altered = own
        .split('.')
        .map((part, i) => (i === 1 ? flipped(part) : part))
        .join('.');
      expect((await refusalOfAsync(() => eve.submit(altered))).code).toBe('update_signature');
      const [ada] = honest;
      if (!ada) throw new Error('nobody honest is here');
      const foreign = ada.sign(ada.header(update));
      expect((await refusalOfAsync(() => eve.submit(foreign))).code).toBe('update_signer');
      expect((await refusalOfAsync(() => eve.submit('not.a.jws'))).code).toBe('update_signature');
    });
    expectHonestOnly(detail);
  });

  it('for a round that is not open is refused with the newest round there is', async () => {
    const { eve } = siege;
    const detail = await siege.round(async (plan) => {
      const update = await eve.honestUpdate(plan);
      const refusal = await refusalOfAsync(() => eve.send(update, { round: plan.round + 7 }));
      expect(refusal.code).toBe('update_round');
      expect(refusal.message).toContain(`round ${plan.round + 7} is not open (newest ${plan.round})`);
    });
    expectHonestOnly(detail);
  });

  it('for a blob that was never uploaded, or only in part, is refused; complete, it is taken', async () => {
    const { eve } = siege;
    const detail = await siege.round(async (plan) => {
      const update = asNeverSeen(await eve.honestUpdate(plan));
      const jws = eve.sign(eve.header(update));
      expect((await refusalOfAsync(() => eve.submit(jws))).code).toBe('blob_missing');
      expect(await putFirstHalf(eve, update.bytes)).toMatchObject({ complete: false });
      expect((await refusalOfAsync(() => eve.submit(jws))).code).toBe('blob_missing');
      await eve.upload(update.bytes);
      expect((await eve.submit(jws)).verdict?.decision).toBe('accept');
    });
    expect(detail.round).toMatchObject({ outcome: 'aggregated', accepted: 4 });
  });

  it('is taken although uploads of its member went on in each other’s way', async () => {
    const { eve, honest } = siege;
    const [ada] = honest;
    if (!ada) throw new Error('nobody honest is here');
    const detail = await siege.round(async (plan) => {
      const update = asNeverSeen(await eve.honestUpdate(plan));
      const others = [1, 2].map((fill) => withValues(update.bytes, (values) => values.fill(fill)));
      // The same blob from another member at the same time: each has an upload of its own.
      await Promise.all([
        eve.upload(update.bytes),
        ada.upload(update.bytes),
        ...others.map((bytes) => eve.upload(bytes)),
      ]);
      expect((await eve.submit(eve.sign(eve.header(update)))).verdict?.decision).toBe('accept');
    });
    expect(detail.round).toMatchObject({ outcome: 'aggregated', accepted: 4 });
  });

  it('cannot be prepared with ever more blobs: a seat has room for a few', async () => {
    const { eve } = siege;
    const detail = await siege.round(async (plan) => {
      const update = await eve.honestUpdate(plan);
      const blob = (fill: number) => withValues(update.bytes, (values) => values.fill(fill));
      for (const fill of [3, 4, 5, 6]) await eve.upload(blob(fill));
      const refusal = await refusalOfAsync(() => eve.upload(blob(7)));
      expect(refusal.code).toBe('blob_too_large');
      expect(refusal.message).toContain('5 different blobs begun');
      const large = await refusalOfAsync(() => eve.upload(new Uint8Array(plan.maxBytes + 1)));
      expect(large.message).toContain(`bound of round ${plan.round}: ${plan.maxBytes}`);
    });
    expectHonestOnly(detail);
  });

  it('handed in many times at once is taken once, with the same receipt index for each', async () => {
    const { eve } = siege;
    const detail = await siege.round(async (plan) => {
      const update = await eve.honestUpdate(plan);
      await eve.upload(update.bytes);
      const jws = eve.sign(eve.header(update));
      const replies = await Promise.all(Array.from({ length: 8 }, () => eve.submit(jws)));
      const trusted = { coordinator: eve.node.membership.coordinator, log: eve.node.log };
      const indexes = replies.map(({ receipt }) => verifyReceipt(receipt, trusted).receipt.index);
      expect(new Set(indexes).size).toBe(1);
    });
    expect(detail.entries.filter(({ type }) => type === 'update_received')).toHaveLength(4);
  });

  it('of an earlier round, played back, is ignored once and then refused', async () => {
    const { eve } = siege;
    let recorded = '';
    await siege.round(async (plan) => {
      const update = await eve.honestUpdate(plan);
      await eve.upload(update.bytes);
      recorded = eve.sign(eve.header(update));
    });
    const detail = await siege.round(async (plan) => {
      expect((await eve.submit(recorded)).verdict).toMatchObject({ decision: 'ignore', code: 'update_late' });
      expect((await eve.submit(recorded)).verdict).toMatchObject({ decision: 'ignore', code: 'update_late' });
      const again = await eve.honestUpdate(plan);
      expect((await eve.send(again)).verdict?.decision).toBe('accept');
    });
    expect(detail.round).toMatchObject({ outcome: 'aggregated', accepted: 4 });
  });

  it('with a second, different update is ignored; the first stands', async () => {
    const { eve } = siege;
    const detail = await siege.round(async (plan) => {
      const update = await eve.honestUpdate(plan);
      await eve.send(update);
      const second = { ...update, bytes: withValues(update.bytes, (values) => values.fill(0)) };
      const refusal = await refusalOfAsync(() => eve.upload(second.bytes));
      expect(refusal.code).toBe('upload_not_expected');
      const { verdict } = await eve.submit(eve.sign(eve.header(second)));
      expect(verdict).toMatchObject({ decision: 'ignore', code: 'update_repeated' });
    });
    expect(detail.round).toMatchObject({ outcome: 'aggregated', accepted: 4 });
  });
});

describe('what happened in a round', () => {
  it('is told by `rounds show --json` with the evidence against each update', async () => {
    const { eve } = siege;
    const detail = await siege.round(async (plan) => {
      await eve.send(await eve.honestUpdate(plan), { samples: EVES_BOUND + 1 });
    });
    const round = String(detail.round?.round);
    const { code, stdout } = await coordinatorCommand(
      'rounds',
      'show',
      round,
      '--json',
      '--home',
      siege.consortium.home,
    );
    expect(code).toBe(0);
    const shown = JSON.parse(stdout) as RoundDetail;
    expect(shown.updates.find(({ name }) => name === 'eve')?.verdict).toMatchObject({
      decision: 'reject',
      code: 'samples_beyond_bound',
      findings: [{ check: 'samples', value: EVES_BOUND + 1, low: 1, high: EVES_BOUND, passed: false }],
    });
  });

  it('is explained by `rounds show --update` though the update was refused before it was kept', async () => {
    const { eve } = siege;
    const detail = await siege.round(async (plan) => {
      await eve.send(await eve.honestUpdate(plan), { samples: EVES_BOUND + 1 });
    });
    const show = ['rounds', 'show', String(detail.round?.round), '--update', 'eve'];
    const home = ['--home', siege.consortium.home];
    const { stdout } = await coordinatorCommand(...show, '--json', ...home);
    expect(JSON.parse(stdout)).toMatchObject({
      seat: 'none',
      verdict: { decision: 'reject', code: 'samples_beyond_bound' },
      findings: [{ check: 'samples', value: EVES_BOUND + 1, bound: [1, EVES_BOUND] }],
      counterfactual: { requirements: [{ check: 'samples', passesAt: EVES_BOUND }] },
    });
    const text = (await coordinatorCommand(...show, ...home)).stdout;
    expect(text).toContain('it was not held against the others');
  });
});

/** One character in the middle of a base64url text, changed. */
function flipped(part: string): string {
  const middle = Math.floor(part.length / 2);
  return `${part.slice(0, middle)}${part[middle] === 'A' ? 'B' : 'A'}${part.slice(middle + 1)}`;
}
