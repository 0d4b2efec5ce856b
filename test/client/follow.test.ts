import { afterEach, describe, expect, it } from 'vitest';
import { createLog } from '../../client/adapters/log.ts';
import { type FollowOptions, follow } from '../../client/flow/follow.ts';
import { createCaCertificate } from '../../coordinator/adapters/ca/certificate-authority.ts';
import { makeKey } from '../../shared/identity/keys.ts';
import { verifyReceipt } from '../../shared/provenance/receipt.ts';
import { Refusal } from '../../shared/refusal.ts';
import { decode, tensorsOfFlat } from '../../shared/tensors/safetensors.ts';
import { refusalOfAsync } from '../support/refusal-of.ts';
import { digestOf, ScriptedCoordinator } from '../support/scripted-coordinator.ts';
import { oneMore, type SmallNode, smallNode, type Train } from '../support/small-node.ts';
import { until } from '../support/until.ts';

const BASE = tensorsOfFlat([{ name: 'w', shape: [2] }], Float32Array.of(1, 2));

let stops: AbortController[] = [];
afterEach(() => {
  for (const stop of stops) stop.abort();
  stops = [];
});

interface Started {
  readonly ended: Promise<void>;
  readonly stop: () => void;
  /** Certificates that were stored. */
  readonly saved: string[];
}

async function start(
  node: SmallNode,
  coordinator: ScriptedCoordinator,
  options: Partial<FollowOptions> & { certificatePem?: string } = {},
): Promise<Started> {
  const stop = new AbortController();
  stops.push(stop);
  const saved: string[] = [];
  const renewal = {
    coordinator,
    transportKey: makeKey('transport'),
    save: async (pem: string) => {
      saved.push(pem);
    },
    certificatePem: options.certificatePem ?? (await certificateFrom(Date.now())),
  };
  const ended = follow(node, { signal: stop.signal, renewal, ...options });
  ended.catch(() => {});
  return { ended, stop: () => stop.abort(), saved };
}

/** Any certificate will do: only its dates are read here. */
async function certificateFrom(nowMs: number): Promise<string> {
  return await createCaCertificate(makeKey('ca'), 'small', nowMs);
}

function updateOf(coordinator: ScriptedCoordinator, base: string): Uint8Array {
  const [, bytes] = [...coordinator.blobs].find(([digest]) => digest !== base) ?? [];
  if (!bytes) throw new Error('nothing was uploaded');
  return bytes;
}

describe('a node that follows', () => {
  it('hands in a signed update for a plan and keeps a receipt that verifies', async () => {
    const coordinator = new ScriptedCoordinator();
    const node = smallNode(coordinator);
    await start(node, coordinator);
    coordinator.show({ plan: coordinator.plan(BASE) });
    await until(() => node.kept.length === 1);
    const trusted = { coordinator: coordinator.key.did, log: coordinator.log };
    const { receipt } = verifyReceipt(node.kept[0]?.jws ?? '', trusted);
    expect(receipt.member).toBe(node.identity.did);
    expect(coordinator.blobs.has(receipt.digest)).toBe(true);
  });

  it('takes part once in a round however often the same situation is shown', async () => {
    const coordinator = new ScriptedCoordinator();
    const node = smallNode(coordinator);
    await start(node, coordinator);
    const plan = coordinator.plan(BASE);
    coordinator.show({ plan });
    coordinator.show({ plan });
    await until(() => node.kept.length === 1);
    coordinator.show({ plan });
    coordinator.show({ plan: { ...plan, attempt: 2 } });
    await until(() => node.kept.length === 2);
    expect(node.kept.map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  it('gives the same bytes for the same round after a crash, and other bytes for another seed', async () => {
    const bytesFor = async (seed: number) => {
      const coordinator = new ScriptedCoordinator();
      const node = smallNode(coordinator);
      const { stop, ended } = await start(node, coordinator);
      const plan = coordinator.plan(BASE, { seed });
      coordinator.show({ plan });
      await until(() => node.kept.length === 1);
      stop();
      await ended;
      return digestOf(updateOf(coordinator, plan.base));
    };
    expect(await bytesFor(7)).toBe(await bytesFor(7));
    expect(await bytesFor(7)).not.toBe(await bytesFor(8));
  });

  it('claims the receipt that it was killed too early to hear of, once, and only that', async () => {
    const coordinator = new ScriptedCoordinator();
    const before = smallNode(coordinator);
    const { stop, ended } = await start(before, coordinator);
    const plan = coordinator.plan(BASE);
    coordinator.show({ plan });
    await until(() => before.kept.length === 1);
    stop();
    await ended;
    coordinator.show({});
    const after = smallNode(coordinator, {
      identity: before.identity,
      membership: before.membership,
      outbox: before.outbox,
    });
    const restarted = await start(after, coordinator);
    await until(() => after.kept.length === 1);
    restarted.stop();
    await restarted.ended;
    const { round, attempt } = after.kept[0] ?? {};
    expect({ round, attempt }).toEqual({ round: plan.round, attempt: plan.attempt });
    const again = await start(after, coordinator);
    coordinator.show({ plan: { ...plan, attempt: 2 } });
    await until(() => after.kept.length === 2);
    again.stop();
    expect(after.kept.map((one) => one.attempt)).toEqual([1, 2]);
  });

  it('gives up training when the round closes, and turns to the next', async () => {
    const coordinator = new ScriptedCoordinator();
    let aborted = false;
    const endless: Train = async (rows, context) => {
      if (context.seed === firstSeed) {
        for (;;) {
          try {
            for await (const _ of rows.scan(1)) await new Promise((resolve) => setTimeout(resolve, 1));
          } catch (error) {
            aborted = true;
            throw error;
          }
        }
      }
      return await oneMore(rows, context);
    };
    const { memberSeed } = await import('../../client/core/member-seed.ts');
    const firstSeed = memberSeed(1, 'bank-a');
    const node = smallNode(coordinator, { train: endless });
    await start(node, coordinator);
    coordinator.show({ plan: coordinator.plan(BASE, { seed: 1 }) });
    await until(() => coordinator.calls.includes('download'));
    coordinator.show({ plan: coordinator.plan(BASE, { seed: 2, round: 2 }) });
    await until(() => node.kept.length === 1);
    expect(aborted).toBe(true);
    expect(node.kept[0]?.round).toBe(2);
  });

  it('hands in again after an outage without training again', async () => {
    const coordinator = new ScriptedCoordinator();
    let trained = 0;
    const counting: Train = (rows, context) => {
      trained += 1;
      return oneMore(rows, context);
    };
    const node = smallNode(coordinator, { train: counting });
    await start(node, coordinator);
    coordinator.failNext.set('submit', new Refusal('unavailable', 'restarting'));
    coordinator.show({ plan: coordinator.plan(BASE) });
    await until(() => node.kept.length === 1);
    expect(trained).toBe(1);
    expect(coordinator.calls.filter((call) => call === 'submit')).toHaveLength(2);
  });

  it('uploads again when the coordinator no longer has the blob', async () => {
    const coordinator = new ScriptedCoordinator();
    const node = smallNode(coordinator);
    await start(node, coordinator);
    coordinator.failNext.set('submit', new Refusal('blob_missing', 'gone'));
    coordinator.show({ plan: coordinator.plan(BASE) });
    await until(() => node.kept.length === 1);
    expect(coordinator.calls.filter((call) => call === 'upload')).toHaveLength(2);
  });

  it('leaves a round that refuses it and takes the next', async () => {
    const coordinator = new ScriptedCoordinator();
    const node = smallNode(coordinator);
    await start(node, coordinator);
    coordinator.failNext.set('submit', new Refusal('outside_cohort', 'not yours'));
    coordinator.show({ plan: coordinator.plan(BASE) });
    await until(() => coordinator.calls.includes('submit'));
    coordinator.show({ plan: coordinator.plan(BASE, { round: 2 }) });
    await until(() => node.kept.length === 1);
    expect(node.kept[0]?.round).toBe(2);
  });

  it('sends nothing when its site policy forbids it', async () => {
    const coordinator = new ScriptedCoordinator();
    const { SitePolicySchema } = await import('../../client/data/site-policy.ts');
    const node = smallNode(coordinator, { policy: SitePolicySchema.parse({ train: false }) });
    const { stop, ended } = await start(node, coordinator);
    coordinator.show({ plan: coordinator.plan(BASE) });
    await until(() => coordinator.calls.includes('download'));
    stop();
    await ended;
    expect(coordinator.calls).not.toContain('upload');
  });

  it('votes on a candidate once, from its own held-back rows', async () => {
    const coordinator = new ScriptedCoordinator();
    const node = smallNode(coordinator);
    await start(node, coordinator);
    const { base: candidate } = coordinator.plan(
      tensorsOfFlat([{ name: 'seed', shape: [1] }], Float32Array.of(2)),
    );
    const ballot = { run: 'run-1', candidate, bytes: 10 };
    coordinator.show({ ballot });
    coordinator.show({ ballot });
    await until(() => node.kept.length === 1);
    // Scores are twice the first feature of rows 1 to 4: 2, 4, 6, 8.
    expect(coordinator.votes).toMatchObject([{ approve: true, heldBack: 4 }]);
    expect(coordinator.votes[0]?.p99).toBeCloseTo(6 + 2 * 0.97, 5);
  });

  it('tells its log what became of an update once its round is behind, and why it lost its standing', async () => {
    const coordinator = new ScriptedCoordinator();
    const lines: string[] = [];
    const logger = createLog('warn', { write: (line) => void lines.push(line) });
    const node = smallNode(coordinator, { logger });
    await start(node, coordinator);
    const plan = coordinator.plan(BASE);
    coordinator.show({ plan, round: 1, phase: 'collecting' });
    await until(() => node.kept.length === 1);
    const update = digestOf(updateOf(coordinator, plan.base));
    const message = 'norm 41 is 8 times the median';
    const verdict = { decision: 'reject', code: 'norm_outlier', message, resolve: '', findings: [] };
    coordinator.ownVerdicts = [
      { round: 1, attempt: 1, step: 'plain', update, verdict, appliedWeight: 0, index: 3 },
    ];
    coordinator.show({ round: 1, phase: 'screening' });
    coordinator.show({ round: 2, phase: 'collecting', standing: 'quarantined' });
    await until(() => lines.length === 2);
    const told = lines.map((line) => JSON.parse(line)).sort((a, b) => a.msg.localeCompare(b.msg));
    expect(told).toMatchObject([
      { level: 'warn', standing: 'quarantined', msg: 'standing' },
      { level: 'warn', why: message, msg: 'update judged' },
    ]);
  });

  it('stops with log_inconsistent when the journal forks', async () => {
    const coordinator = new ScriptedCoordinator();
    const node = smallNode(coordinator);
    const { ended } = await start(node, coordinator);
    coordinator.grow(5);
    coordinator.show({ head: coordinator.headFrom(0) });
    await until(() => node.seenLog.head.size === 5);
    coordinator.fork(9);
    coordinator.show({ head: coordinator.headFrom(5) });
    expect((await refusalOfAsync(() => ended)).code).toBe('log_inconsistent');
  });

  it('stops when a receipt is signed by somebody else', async () => {
    const coordinator = new ScriptedCoordinator();
    const other = new ScriptedCoordinator();
    const base = smallNode(coordinator);
    const node = smallNode(coordinator, { membership: { ...base.membership, coordinator: other.key.did } });
    const { ended } = await start(node, coordinator);
    coordinator.show({ plan: coordinator.plan(BASE) });
    expect((await refusalOfAsync(() => ended)).code).toBe('receipt_invalid');
  });

  it('goes on after following was cut, and stops when it is revoked', async () => {
    const coordinator = new ScriptedCoordinator();
    const node = smallNode(coordinator);
    const { ended } = await start(node, coordinator);
    coordinator.refuseFollowing(new Refusal('unavailable', 'restarting'));
    coordinator.show({ plan: coordinator.plan(BASE) });
    await until(() => node.kept.length === 1);
    coordinator.refuseFollowing(new Refusal('member_not_active', 'revoked'));
    expect((await refusalOfAsync(() => ended)).code).toBe('member_not_active');
  });

  it('sends what a drill makes of the update', async () => {
    const coordinator = new ScriptedCoordinator();
    const { findDrill } = await import('../../client/drills/tamper.ts');
    const honest = new ScriptedCoordinator();
    const values = async (node: SmallNode, at: ScriptedCoordinator) => {
      await start(node, at);
      const plan = at.plan(BASE);
      at.show({ plan });
      await until(() => node.kept.length === 1);
      return [...(decode(updateOf(at, plan.base)).tensors.get('w') ?? [])];
    };
    const [first = 0] = await values(smallNode(honest), honest);
    const [flipped = 0] = await values(
      smallNode(coordinator, { tamper: findDrill('sign-flip-10', '1') }),
      coordinator,
    );
    expect(flipped).toBeCloseTo(-10 * first, 3);
  });

  it('renews a certificate that is due, stores it, and only then uses it', async () => {
    const coordinator = new ScriptedCoordinator();
    coordinator.certificate = await certificateFrom(Date.now());
    const longAgo = await certificateFrom(Date.parse('1990-01-01'));
    const { saved } = await start(smallNode(coordinator), coordinator, { certificatePem: longAgo });
    await until(() => coordinator.calls.includes('useCertificate'));
    expect(saved).toEqual([coordinator.certificate]);
    // DER SEQUENCE, as PKCS#10 begins.
    expect(coordinator.renewals[0]?.[0]).toBe(0x30);
  });

  it('renews when following is refused for an expired certificate, and goes on', async () => {
    const coordinator = new ScriptedCoordinator();
    coordinator.certificate = await certificateFrom(Date.now());
    const node = smallNode(coordinator);
    await start(node, coordinator);
    coordinator.refuseFollowing(new Refusal('certificate_expired', 'yesterday'));
    await until(() => coordinator.calls.includes('useCertificate'));
    coordinator.show({ plan: coordinator.plan(BASE) });
    await until(() => node.kept.length === 1);
  });

  it('has nothing to do when the model asked for is there already', async () => {
    const coordinator = new ScriptedCoordinator();
    const installed = { version: 3, manifest: 'm', weights: 'w', threshold: 1, folder: '' };
    const models = { current: async () => installed, stage: async () => '', install: async () => installed };
    const { ended } = await start(smallNode(coordinator, { models }), coordinator, {
      enough: ({ version }) => version >= 3,
    });
    await ended;
    expect(coordinator.calls).toEqual([]);
  });
});
