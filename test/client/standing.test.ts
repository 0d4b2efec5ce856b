import { describe, expect, it } from 'vitest';
import { defaultHome } from '../../client/adapters/home/default-home.ts';
import { trailText } from '../../client/cli/evidence.ts';
import { homeArgument } from '../../client/cli/options.ts';
import { standingInWords } from '../../client/cli/standing-words.ts';
import { adviceOn, type StandingFacts } from '../../client/core/standing-advice.ts';
import { ownStanding } from '../../client/flow/own-standing.ts';
import type { OwnVerdict, StandingReply } from '../../client/ports/coordinator.ts';
import { countedRows } from '../../coordinator/core/aggregators/rows.ts';
import { refusalOfAsync } from '../support/refusal-of.ts';
import { ScriptedCoordinator } from '../support/scripted-coordinator.ts';

const POLICY = { mode: 'enforce', paused: false, window: 10, quarantineAfter: 3, releaseAfter: 20 };
const FACTS: StandingFacts = {
  standing: 'quarantined',
  outlierRounds: [4, 6, 7],
  cleanShadowRounds: 5,
  policy: POLICY,
  resolve: 'Lower the rate.',
  appealed: false,
  homeArgument: '',
};
const IN_QUARANTINE: StandingReply = {
  standing: 'quarantined',
  since: '2026-01-02T00:00:00.000Z',
  policy: POLICY,
  conduct: {
    reputation: 0.85,
    influence: 0,
    judgedRounds: 9,
    outlierRounds: [4, 6, 7],
    quarantinedSince: '2026-01-02T00:00:00.000Z',
    cleanShadowRounds: 5,
    reason: 'outlier in 3 of the last 9 judged rounds',
    appeal: '',
    appealedAt: '',
    recommendation: null,
    changes: [
      {
        from: 'active',
        to: 'quarantined',
        reason: 'outlier in 3 of the last 9 judged rounds',
        by: 'automatic',
        at: '2026-01-02T00:00:00.000Z',
        round: 7,
      },
    ],
  },
};

const TWO_UPDATES = { weights: [1, 1], gram: [], references: [], seed: 0 };

function told(facts: Partial<StandingFacts>): string {
  return adviceOn({ ...FACTS, ...facts }).join('\n');
}

function verdictOf(decision: string, resolve: string): OwnVerdict {
  const verdict = { decision, code: 'a_code', message: '', resolve, findings: [] };
  return { round: 1, attempt: 1, step: 'sums', update: '', verdict, appliedWeight: 0, index: 1 };
}

async function standingFrom(reply: StandingReply) {
  const coordinator = new ScriptedCoordinator();
  coordinator.standingReply = reply;
  coordinator.show({ standing: reply.standing, round: 8 });
  const membership = { member: 'ada', name: 'ada', federation: 'small' };
  return ownStanding({ coordinator, membership, installed: 2, homeArgument: '' });
}

function activeWith(reputation: number) {
  const { conduct } = IN_QUARANTINE;
  if (!conduct) throw new Error('the reply has no conduct');
  const active = { ...conduct, quarantinedSince: '', outlierRounds: [], reason: '' };
  return standingFrom({
    ...IN_QUARANTINE,
    standing: 'active',
    conduct: { ...active, reputation, influence: reputation },
  });
}

/** Lines that were broken at a blank, joined; blanks that line up, one. */
function unwrapped(text: string): string {
  return text.replace(/\n {4,}/g, ' ').replace(/ +/g, ' ');
}

describe('advice on a standing', () => {
  it('is nothing for whoever is active without an outlier', () => {
    expect(adviceOn({ ...FACTS, standing: 'active', outlierRounds: [] })).toEqual([]);
  });

  it('counts what is left before quarantine', () => {
    const active = told({ standing: 'active', outlierRounds: [4, 6] });
    expect(active).toContain('quarantine follows at 3 outliers within 10 judged rounds: 1 more');
    expect(active).toContain('Lower the rate.');
    const observed = told({
      standing: 'active',
      outlierRounds: [4],
      policy: { ...POLICY, mode: 'recommend' },
    });
    expect(observed).toContain('recommended to the operator');
  });

  it.each([
    [
      'quarantine is recommended to the operator at 3 outliers within 10 judged rounds: 1 more (automation is paused)',
      [4, 6],
      { paused: true },
    ],
    ['within 10 judged rounds: reached (automation is paused)', [4, 6, 7], { paused: true }],
    ['within 10 judged rounds: reached (the mode is recommend)', [4, 6, 7], { mode: 'recommend' }],
    ['within 10 judged rounds: reached, the next outlier may bring it', [4, 6, 7], {}],
  ])('says what becomes of outliers: %s', (words, outlierRounds, policy) => {
    const active = told({ standing: 'active', outlierRounds, policy: { ...POLICY, ...policy } });
    expect(active).toContain(words);
    if ('paused' in policy) expect(active).not.toContain('quarantine follows');
  });

  it.each([
    ['15 more clean rounds in a row release it by itself', {}],
    ['15 more clean rounds in a row, then an operator releases it (automation is paused)', { paused: true }],
    [
      '15 more clean rounds in a row, then an operator releases it (the mode is observe)',
      { mode: 'observe' },
    ],
    ['an operator releases it; clean rounds', { releaseAfter: 0 }],
    ['enough clean rounds are there (the mode is recommend)', { mode: 'recommend', releaseAfter: 5 }],
    ['the next one that is judged beside enough others releases it by itself', { releaseAfter: 5 }],
  ])('says how quarantine ends: %s', (words, policy) => {
    expect(told({ policy: { ...POLICY, ...policy } })).toContain(words);
  });

  it('offers an appeal once, to whoever is out', () => {
    expect(told({})).toContain('vedette-client appeal');
    expect(told({ standing: 'suspended' })).toContain('vedette-client appeal');
    expect(told({ appealed: true })).not.toContain('vedette-client appeal');
    expect(told({ standing: 'pending' })).not.toContain('vedette-client appeal');
  });
});

describe('commands in advice', () => {
  it('name the home of the node unless it is the default', () => {
    const advice = told({ homeArgument: ' --home ./mine' });
    expect(advice).toContain('`vedette-client data check --home ./mine`');
    expect(advice).toContain("`vedette-client appeal 'what happened' --home ./mine`");
    expect(told({})).not.toContain('--home');
  });

  it('are ready to be pasted, whatever the folder is called', () => {
    expect(homeArgument({ home: defaultHome() })).toBe('');
    expect(homeArgument({ home: 'homes/ada' })).toBe(' --home homes/ada');
    expect(homeArgument({ home: "Ada's home" })).toBe(" --home 'Ada'\\''s home'");
  });
});

describe('the standing of this node', () => {
  it('says how far out of quarantine it is, why, and what to do', async () => {
    const standing = await standingFrom(IN_QUARANTINE);
    expect(standing).toMatchObject({
      standing: 'quarantined',
      reputation: 0.85,
      influence: 0,
      shadow: { clean: 5, needed: 20 },
      appeal: null,
      round: 8,
      model: { current: 0, installed: 2 },
    });
    expect(standing.advice).toHaveLength(4);
    const words = standingInWords(standing);
    expect(words).toContain('ada (ada) in small: quarantined since 2026-01-02T00:00:00.000Z');
    expect(words).toContain('why         outlier in 3 of the last 9 judged rounds');
    expect(words).toContain('quarantine  5 of 20 clean rounds in a row');
    expect(words).toContain('0.850; its updates count for nothing now');
    expect(words).toContain('3 of the last 9 judged rounds (4, 6, 7); quarantine at 3 of 10');
    expect(words).toMatch(/7\s+active → quarantined\s+automatic/);
  });

  it('advises on the newest update that was kept out, not on one that came late', async () => {
    const coordinator = new ScriptedCoordinator();
    coordinator.standingReply = IN_QUARANTINE;
    coordinator.show({ standing: 'quarantined' });
    coordinator.ownVerdicts = [verdictOf('reject', 'Lower the rate.'), verdictOf('ignore', 'Nothing to do.')];
    const membership = { member: 'ada', name: 'ada', federation: 'small' };
    const { advice } = await ownStanding({ coordinator, membership, installed: 0, homeArgument: '' });
    expect(advice.join('\n')).toContain('Lower the rate.');
    expect(advice.join('\n')).not.toContain('Nothing to do.');
  });

  it('says no word of quarantine to whoever is active', async () => {
    const standing = await activeWith(0.85);
    expect(standing.shadow).toBeNull();
    expect(standingInWords(standing)).not.toContain('what to do');
  });

  it.each([
    [1, 'reputation 1.000; its updates count up to 1.000 of a full say\n'],
    [
      0.5,
      'statistics and sums count up to 0.500 of a full say; its gradients too where the rule can weigh, else in full',
    ],
    [
      0.49,
      'statistics and sums count up to 0.490 of a full say; its gradients too where the rule can weigh, else not at all',
    ],
  ])(
    'says what a reputation of %d is worth, by rules that weigh and by others',
    async (reputation, words) => {
      expect(unwrapped(standingInWords(await activeWith(reputation)))).toContain(words);
      const rows = countedRows({ ...TWO_UPDATES, influence: [1, reputation] });
      expect(rows === undefined).toBe(!words.includes('not at all'));
    },
  );

  it('refuses an answer that leaves out what it rests on', async () => {
    const refusal = await refusalOfAsync(() => standingFrom({ ...IN_QUARANTINE, conduct: null }));
    expect(refusal.code).toBe('internal');
  });
});

describe('the rounds before, in the evidence of this node', () => {
  it('are those in which it was held against others, without refusals at the door', () => {
    const point = { step: 'sums', clean: true };
    const trail = [
      { ...point, round: 3 },
      { ...point, round: 5, clean: false },
    ];
    expect(unwrapped(trailText({ trail }))).toBe(
      'an outlier in 1 of the 2 rounds before in which it was held against others (5); refusals at the door are not counted',
    );
    expect(trailText({ trail: [] })).toBe('no round before in which it was held against others');
  });
});
