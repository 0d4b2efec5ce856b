import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterDuty, afterFollowing, delayAfterMs } from '../../client/core/after-failure.ts';
import { type Done, dutyOf } from '../../client/core/duty.ts';
import { judgeCandidate } from '../../client/core/judge-candidate.ts';
import { memberSeed } from '../../client/core/member-seed.ts';
import { trustedLogOf } from '../../client/core/membership.ts';
import { SeenLog } from '../../client/core/seen-log.ts';
import { makeKey } from '../../shared/identity/keys.ts';
import { Refusal } from '../../shared/refusal.ts';
import { tensorsOfFlat } from '../../shared/tensors/safetensors.ts';
import { noteVerifierKey } from '../../shared/transparency/checkpoint.ts';
import { refusalOf } from '../support/refusal-of.ts';
import { QUIET, ScriptedCoordinator } from '../support/scripted-coordinator.ts';

const NOTHING: Done = { round: undefined, ballot: undefined, manifest: undefined };
const model = { version: 2, weights: 'w2', manifest: 'm2', threshold: 1 };
const ballot = { run: 'run-1', candidate: 'c', bytes: 1 };

describe('the duty of a situation', () => {
  const coordinator = new ScriptedCoordinator();
  const plan = coordinator.plan(tensorsOfFlat([{ name: 'w', shape: [1] }], Float32Array.of(0)));

  it('is the round before the vote, and the vote before the model', () => {
    const all = { ...QUIET, plan, ballot, model };
    expect(dutyOf(all, NOTHING).duty).toBe('take-part');
    expect(dutyOf(all, { ...NOTHING, round: 'run-1/1/1' }).duty).toBe('vote');
    expect(dutyOf(all, { ...NOTHING, round: 'run-1/1/1', ballot: 'run-1/c' }).duty).toBe('install');
    expect(dutyOf(all, { round: 'run-1/1/1', ballot: 'run-1/c', manifest: 'm2' }).duty).toBe('rest');
  });

  it('is a new attempt of a round that was handed in before', () => {
    const again = { ...QUIET, plan: { ...plan, attempt: 2 } };
    expect(dutyOf(again, { ...NOTHING, round: 'run-1/1/1' }).duty).toBe('take-part');
  });

  it('is to install an earlier model after a rollback', () => {
    const rolledBack = { ...QUIET, model: { ...model, version: 1, manifest: 'm1' } };
    expect(dutyOf(rolledBack, { ...NOTHING, manifest: 'm2' }).duty).toBe('install');
  });

  it('is to rest before the first model', () => {
    expect(dutyOf({ ...QUIET, model: { ...model, version: 0, manifest: '' } }, NOTHING).duty).toBe('rest');
  });
});

describe('a failure', () => {
  it.each([
    ['log_inconsistent', 'stop'],
    ['receipt_invalid', 'stop'],
    ['coordinator_untrusted', 'stop'],
    ['certificate_expired', 'renew'],
    ['unavailable', 'retry'],
    ['clock_skew', 'retry'],
    ['update_late', 'decline'],
    ['policy_refused', 'decline'],
  ] as const)('of a duty with %s means to %s', (code, move) => {
    expect(afterDuty(new Refusal(code, ''))).toBe(move);
  });

  it('of following that no waiting mends ends the node', () => {
    expect(afterFollowing(new Refusal('member_not_active', ''))).toBe('stop');
    expect(afterFollowing(new Refusal('deadline', ''))).toBe('retry');
  });

  it('is waited out for longer each time, and never longer than ten seconds', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (failures, random) => {
          const delayMs = delayAfterMs(failures, random);
          expect(delayMs).toBeGreaterThanOrEqual(100);
          expect(delayMs).toBeLessThanOrEqual(10_000);
        },
      ),
    );
    expect(delayAfterMs(4, 0.5)).toBeGreaterThan(delayAfterMs(1, 0.5));
  });
});

describe('a vote', () => {
  const bounds = { alertBudget: 0.01, regressionBound: 0.01 };
  const heldBack = Float32Array.from({ length: 101 }, (_, at) => at);

  it('approves a usable candidate and reports the quantile of its alert budget', () => {
    expect(judgeCandidate({ heldBack }, bounds)).toMatchObject({ approve: true, p99: 99, heldBack: 101 });
  });

  it('objects to scores that are not finite', () => {
    const judged = judgeCandidate({ heldBack: Float32Array.of(1, Number.NaN, 2) }, bounds);
    expect(judged).toMatchObject({ approve: false, p99: 0 });
  });

  it('objects to a candidate that scores every row the same', () => {
    expect(judgeCandidate({ heldBack: new Float32Array(50).fill(3) }, bounds).approve).toBe(false);
  });

  it('objects when known incidents are told apart worse than by the current model, beyond the bound', () => {
    const current = { heldBack, incidents: Float32Array.of(200, 300) };
    const worse = judgeCandidate({ heldBack, incidents: Float32Array.of(50, 200), current }, bounds);
    expect(worse.approve).toBe(false);
    expect(worse.reason).toContain('0.7500');
    expect(judgeCandidate({ heldBack, incidents: Float32Array.of(150, 300), current }, bounds).approve).toBe(
      true,
    );
  });

  it('has nothing to compare incidents with before the first model', () => {
    expect(judgeCandidate({ heldBack, incidents: Float32Array.of(-1) }, bounds).approve).toBe(true);
  });
});

describe('the seed of a member', () => {
  it('is 31 bits, the same each time, and another for every member and round', () => {
    fc.assert(
      fc.property(fc.nat(), fc.string(), (seed, member) => {
        const own = memberSeed(seed, member);
        expect(own).toBe(memberSeed(seed, member));
        expect(own).toBeGreaterThanOrEqual(0);
        expect(own).toBeLessThan(2 ** 31);
        expect(own).not.toBe(memberSeed(seed + 1, member));
        expect(own).not.toBe(memberSeed(seed, `${member}x`));
      }),
    );
  });
});

describe("the journal's verifier key", () => {
  it('leads back to the log it was made for', () => {
    const { did } = makeKey('log');
    expect(trustedLogOf(noteVerifierKey('host:7443/lab', did))).toEqual({ origin: 'host:7443/lab', did });
  });

  it('is refused when it was altered', () => {
    const key = noteVerifierKey('host:7443/lab', makeKey('log').did);
    const altered = [key.replace('host', 'h0st'), key.slice(0, -8), 'host+1234', ''];
    for (const text of altered) expect(refusalOf(() => trustedLogOf(text)).code).toBe('checkpoint_invalid');
  });
});

describe('the journal as seen', () => {
  function seen(entries: number): { coordinator: ScriptedCoordinator; log: SeenLog } {
    const coordinator = new ScriptedCoordinator();
    const log = new SeenLog(coordinator.log, undefined);
    coordinator.grow(entries);
    expect(log.offer(coordinator.headFrom(0))).toBe(true);
    return { coordinator, log };
  }

  it('takes heads that continue each other', () => {
    const { coordinator, log } = seen(3);
    coordinator.grow(4);
    expect(log.offer(coordinator.headFrom(3))).toBe(true);
    expect(log.head.size).toBe(7);
  });

  it('leaves a head whose proof starts elsewhere, and takes it with the proof asked for', () => {
    const { coordinator, log } = seen(3);
    coordinator.grow(4);
    expect(log.offer(coordinator.headFrom(2))).toBe(false);
    log.demand(coordinator.headFrom(3));
    expect(log.head.size).toBe(7);
  });

  it('refuses another history and a shorter one', () => {
    const { coordinator, log } = seen(5);
    coordinator.fork(8);
    expect(refusalOf(() => log.demand(coordinator.headFrom(5))).code).toBe('log_inconsistent');
    coordinator.fork(2);
    expect(refusalOf(() => log.demand(coordinator.headFrom(0))).code).toBe('log_inconsistent');
  });

  it("refuses a receipt's head of the same size with another root", () => {
    const { coordinator, log } = seen(5);
    const { root, ...head } = log.head;
    expect(
      refusalOf(() => log.noteReceipt({ ...head, root: root.replace(/^./, (c) => (c === '0' ? '1' : '0')) }))
        .code,
    ).toBe('log_inconsistent');
    expect(coordinator.log).toBeDefined();
  });

  it("links a receipt's head later, and refuses a journal that does not continue it", () => {
    const { coordinator, log } = seen(2);
    coordinator.grow(2);
    const receiptHead = { origin: coordinator.log.origin, size: 4, root: '' };
    const probe = new SeenLog(coordinator.log, undefined);
    probe.offer(coordinator.headFrom(0));
    log.noteReceipt({ ...receiptHead, root: probe.head.root });
    expect(log.unlinked?.size).toBe(4);
    coordinator.grow(3);
    log.link(probe.head, coordinator.headFrom(4));
    expect(log.unlinked).toBeUndefined();
    coordinator.fork(9);
    expect(refusalOf(() => log.link(probe.head, coordinator.headFrom(4))).code).toBe('log_inconsistent');
  });
});
