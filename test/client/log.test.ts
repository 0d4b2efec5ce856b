import { describe, expect, it } from 'vitest';
import { createLog } from '../../client/adapters/log.ts';
import { logVerdict, VerdictWatch } from '../../client/flow/hear-verdict.ts';
import { noteStanding } from '../../client/flow/note-standing.ts';
import type { OwnVerdict } from '../../client/ports/coordinator.ts';
import { REFUSALS, Refusal } from '../../shared/refusal.ts';
import { ScriptedCoordinator } from '../support/scripted-coordinator.ts';

const AT_THE_DOOR = {
  decision: 'quarantine',
  code: '',
  message: 'received in quarantine: judged with the others, at weight 0',
};
const SENT = { round: 4, attempt: 1, update: 'a1', verdict: AT_THE_DOOR };

interface Line {
  readonly level: string;
  readonly msg: string;
  readonly [fact: string]: unknown;
}

function listening() {
  const lines: Line[] = [];
  const logger = createLog('info', { write: (line) => void lines.push(JSON.parse(line)) });
  const coordinator = new ScriptedCoordinator();
  return {
    lines,
    node: { logger, coordinator },
    coordinator,
    watch: new VerdictWatch({ logger, coordinator }),
  };
}

function judged(decision: string, code: string, message: string): OwnVerdict {
  const verdict = { decision, code, message, resolve: '', findings: [] };
  return { round: 4, attempt: 1, step: 'sums', update: 'a1', verdict, appliedWeight: 0, index: 9 };
}

describe("a node's log of verdicts", () => {
  it('warns of an update refused at the door, with why and what to do', () => {
    const { lines, node } = listening();
    const told = { decision: 'reject', code: 'sums_inconsistent', message: 'a share is -9, below 0' };
    logVerdict(node.logger, 'update handed in', told, { round: 4, attempt: 1 });
    logVerdict(node.logger, 'update handed in', { decision: 'accept', code: '', message: '' }, SENT);
    expect(lines[0]).toMatchObject({
      level: 'warn',
      code: 'sums_inconsistent',
      why: 'a share is -9, below 0',
      resolve: REFUSALS.sums_inconsistent.resolve,
    });
    expect(lines[1]).toMatchObject({ level: 'info', decision: 'accept' });
  });

  it.each([
    ['info', true, '', 'in quarantine, weight 0; it would have been accepted'],
    ['warn', false, 'norm_outlier', 'in quarantine, weight 0; norm: 41 is 8 times the median'],
  ])(
    'tells at level %s whether an update in quarantine would have passed: %s',
    async (level, passed, code, why) => {
      const { lines, coordinator, watch } = listening();
      coordinator.ownVerdicts = [judged('quarantine', code, why)];
      watch.handedIn(SENT);
      await watch.look({ round: 4, phase: 'screening' });
      expect(lines).toEqual([]);
      await watch.look({ round: 4, phase: 'aggregating' });
      await watch.look({ round: 5, phase: 'collecting' });
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatchObject({ level, wouldHavePassed: passed, why, round: 4, msg: 'update judged' });
    },
  );

  it('warns when the cohort keeps out what the door let in', async () => {
    const { lines, coordinator, watch } = listening();
    coordinator.ownVerdicts = [judged('reject', 'norm_outlier', 'norm 41')];
    watch.handedIn({ ...SENT, verdict: { decision: 'accept', code: '', message: 'accepted' } });
    await watch.look({ round: 5, phase: 'collecting' });
    expect(lines).toMatchObject([{ level: 'warn', code: 'norm_outlier', why: 'norm 41' }]);
    expect(lines[0]).not.toHaveProperty('wouldHavePassed');
  });

  it('says nothing more of a verdict that stands, or of a round that came to nothing', async () => {
    const { lines, coordinator, watch } = listening();
    coordinator.ownVerdicts = [judged('quarantine', '', AT_THE_DOOR.message)];
    watch.handedIn(SENT);
    await watch.look({ round: 4, phase: 'idle' });
    expect(lines).toEqual([]);
  });

  it('asks again after an outage', async () => {
    const { lines, coordinator, watch } = listening();
    coordinator.ownVerdicts = [judged('reject', 'norm_outlier', 'norm 41')];
    coordinator.failNext.set('verdicts', new Refusal('unavailable', 'restarting'));
    watch.handedIn(SENT);
    await expect(watch.look({ round: 4, phase: 'idle' })).rejects.toThrow('restarting');
    await watch.look({ round: 4, phase: 'idle' });
    expect(lines).toHaveLength(1);
  });
});

describe("a node's log of its standing", () => {
  const reply = (reason: string) => ({
    standing: 'quarantined',
    since: '',
    policy: null,
    conduct: {
      reputation: 1,
      influence: 0,
      judgedRounds: 3,
      outlierRounds: [],
      quarantinedSince: '',
      cleanShadowRounds: 0,
      reason,
      appeal: '',
      appealedAt: '',
      recommendation: null,
      changes: [],
    },
  });

  it('warns of a quarantine with its reason, in one line that steers no terminal', async () => {
    const { lines, node, coordinator } = listening();
    coordinator.standingReply = reply('outlier in 3 of 9\n{"level":"info"}\u001b[2J\u202e');
    await noteStanding(node, 'quarantined');
    expect(lines).toMatchObject([{ level: 'warn', standing: 'quarantined' }]);
    expect(lines[0]?.why).toBe('outlier in 3 of 9 {"level":"info"}\ufffd[2J\ufffd');
  });

  it('warns without a reason when nobody can be asked, and tells what is no loss as before', async () => {
    const { lines, node, coordinator } = listening();
    coordinator.failNext.set('standing', new Refusal('unavailable', 'restarting'));
    await noteStanding(node, 'suspended');
    await noteStanding(node, 'active');
    await noteStanding(node, 'emperor');
    expect(lines).toMatchObject([
      { level: 'warn', standing: 'suspended', why: '' },
      { level: 'info', standing: 'active' },
      { level: 'info', standing: 'unknown' },
    ]);
    expect(coordinator.calls).toEqual(['standing']);
  });
});
