import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assumedOutliers } from '../../coordinator/core/checks/size-policy.ts';
import { everyoneVoted } from '../../coordinator/core/run/decide-candidate.ts';
import { thresholdOf } from '../../coordinator/core/run/threshold.ts';
import { thresholdBy } from '../../shared/provenance/threshold-rule.ts';
import { dataOf, digest, Story, typesOf } from './story.ts';

const THREE = ['ada', 'bob', 'cyd'] as const;
const GATED = { canary: { file: 'canary.csv', minAuroc: 0.8 } };

function candidate(changes: Record<string, unknown> = {}): Story {
  return Story.withMembers(THREE, changes).toCandidate(THREE);
}

function voted(changes: Record<string, unknown> = {}): Story {
  const story = candidate(changes);
  for (const member of THREE) story.vote(member);
  return story;
}

describe('a run', () => {
  it('opens with enough active members, one at a time', () => {
    const story = Story.withMembers(['ada']);
    const open = { type: 'open-run', steps: [], base: digest('base'), by: 'olga' } as const;
    expect(story.refuses(open)).toMatchObject({ code: 'quorum_missing', facts: { active: 1, min: 2 } });
    story.enrol('bob');
    story.openRun();
    expect(story.refuses(open).code).toBe('run_active');
  });

  it('goes through its steps, each as often as planned, on the base of the round before', () => {
    const story = Story.withMembers(THREE);
    const rule = { rule: 'weighted-mean' } as const;
    const steps = [
      { step: 'spans', repeat: 1, rule },
      { step: 'gradients', repeat: 2, rule },
    ];
    story.when({ type: 'open-run', steps, base: digest('base'), by: 'olga' });
    for (let round = 0; round < 3; round++) story.completeRound(THREE);
    expect(story.state.rounds.map(({ step }) => step)).toEqual(['spans', 'gradients', 'gradients']);
    expect(story.state.rounds.map(({ base }) => base)).toEqual([
      digest('base'),
      digest('base 1'),
      digest('base 2'),
    ]);
    expect(story.state.run?.phase.phase).toBe('assembling');
  });

  it('is aborted in any phase, and leaves the next one free to open', () => {
    const story = Story.withMembers(THREE);
    story.openRun();
    story.openRound();
    story.submit('ada');
    story.when({ type: 'abort-run', reason: 'told', by: 'olga' });
    expect(story.state.rounds.at(-1)?.outcome).toBe('aborted');
    expect(story.refuses({ type: 'abort-run', reason: '', by: 'olga' }).code).toBe('run_missing');
    expect(story.submit('bob')).toMatchObject([
      { data: { verdict: { decision: 'ignore', code: 'update_late' } } },
    ]);
    story.openRun();
    expect(story.run).toBe('run-2');
    expect(story.openRound().round).toBe(2);
  });
});

describe('a vote', () => {
  it('belongs to those whose update entered the last round', () => {
    const story = Story.withMembers([...THREE, 'dan']).toCandidate(['ada', 'bob']);
    expect(story.refuses(story.ballot('cyd')).code).toBe('outside_cohort');
    expect(typesOf(story.vote('ada'))).toEqual(['vote_received']);
  });

  it('is cast once: a second one changes nothing', () => {
    const story = candidate();
    story.vote('ada', { p99: 3 });
    expect(story.vote('ada', { p99: 99, approve: false })).toEqual([]);
    for (const member of ['bob', 'cyd']) story.vote(member, { p99: 1 });
    expect(dataOf(story.evaluate(), 'candidate_evaluated').evaluation).toMatchObject({
      approvals: 3,
      threshold: 1,
    });
  });

  it('is for the candidate at hand', () => {
    const story = candidate();
    const ballot = story.ballot('ada');
    if (ballot.type !== 'vote') throw new Error('not a ballot');
    expect(story.refuses({ ...ballot, candidate: digest('other') }).code).toBe('candidate_missing');
    expect(story.refuses({ ...ballot, run: 'run-9' }).code).toBe('candidate_missing');
    story.evaluate();
    expect(story.refuses(ballot).code).toBe('candidate_missing');
  });

  it('is not awaited from whoever lost its standing, and does not count', () => {
    const story = candidate();
    story.vote('ada', { p99: 1 });
    story.vote('bob', { p99: 2 });
    const phase = () => {
      const now = story.state.run?.phase;
      if (now?.phase !== 'voting') throw new Error('nobody votes');
      return now;
    };
    expect(everyoneVoted(story.state, phase())).toBe(false);
    story.standing('cyd', 'revoke');
    expect(everyoneVoted(story.state, phase())).toBe(true);
    story.standing('bob', 'suspend');
    const { evaluation } = dataOf(story.evaluate(), 'candidate_evaluated');
    expect(evaluation.reports).toEqual([{ member: 'ada', p99: 1 }]);
    expect(evaluation).toMatchObject({
      passed: false,
      reason: '1 votes (at least 2 needed for a threshold)',
    });
  });
});

describe('the evaluation of a candidate', () => {
  it('approves by itself when the votes carry it', () => {
    const story = voted();
    expect(typesOf(story.evaluate())).toEqual(['candidate_evaluated', 'candidate_approved']);
    const model = dataOf(story.promote(), 'model_promoted');
    expect(model).toMatchObject({ version: 1, parent: null, weights: digest('weights'), threshold: 1 });
    expect(story.state).toMatchObject({ current: 1, run: undefined });
  });

  it('rejects without enough approvals, and says the share that was needed and what the others object', () => {
    const story = candidate({ promotion: { approvals: 0.67 } });
    story.vote('ada');
    story.vote('bob');
    story.vote('cyd', { approve: false, reason: 'worse here"; bob objects: "a lie' });
    const events = story.evaluate();
    expect(typesOf(events)).toEqual(['candidate_evaluated', 'candidate_rejected']);
    expect(dataOf(events, 'candidate_rejected').reason).toBe(
      '2 of 3 votes approve (share 0.67 needed); cyd objects: "worse here\\"; bob objects: \\"a lie"',
    );
    expect(story.state).toMatchObject({
      run: undefined,
      current: 0,
      rejections: [{ weights: digest('weights') }],
    });
  });

  it('rejects when nobody voted, instead of failing on a threshold that is none', () => {
    const { evaluation } = dataOf(candidate().evaluate(), 'candidate_evaluated');
    expect(evaluation).toMatchObject({ passed: false, threshold: 0, reports: [] });
  });

  it.each([
    [0.8, undefined, true],
    [0.799, undefined, false],
    [0.95, 0.959, true],
    [0.95, 0.97, false],
  ])(
    'holds canary AUROC %d against the least and against the current model %s: %s',
    (auroc, current, passed) => {
      const { evaluation } = dataOf(voted(GATED).evaluate(auroc, current), 'candidate_evaluated');
      expect(evaluation.passed).toBe(passed);
      if (!passed) expect(evaluation.reason).toContain(`canary AUROC ${auroc.toFixed(4)}`);
    },
  );

  it('happens once', () => {
    const story = voted({ promotion: { mode: 'operator' } });
    story.evaluate();
    expect(story.evaluate()).toEqual([]);
  });
});

describe('a candidate that waits for an operator', () => {
  function waiting(): Story {
    const story = voted({ promotion: { mode: 'operator' } });
    expect(typesOf(story.evaluate())).toEqual(['candidate_evaluated']);
    return story;
  }
  const decide = (decision: 'promote' | 'reject') =>
    ({ type: 'decide-candidate', decision, reason: 'told', by: 'olga' }) as const;

  it('is not promoted by itself', () => {
    const story = waiting();
    expect(story.promote()).toEqual([]);
    expect(story.state.run?.phase.phase).toBe('deciding');
  });

  it('is promoted by the operator, who is named', () => {
    const story = waiting();
    expect(story.when(decide('promote'))).toMatchObject([
      { type: 'candidate_approved', data: { by: 'olga' } },
    ]);
    expect(typesOf(story.promote())).toEqual(['model_promoted']);
    expect(story.promote()).toEqual([]);
  });

  it('is rejected by the operator, and cannot be decided again', () => {
    const story = waiting();
    expect(typesOf(story.when(decide('reject')))).toEqual(['candidate_rejected']);
    expect(story.refuses(decide('promote')).code).toBe('candidate_missing');
  });

  it('cannot be decided before its evaluation', () => {
    expect(candidate({ promotion: { mode: 'operator' } }).refuses(decide('promote')).code).toBe(
      'candidate_missing',
    );
  });
});

describe('a rollback', () => {
  const back = (version: number) => ({ type: 'roll-back', version, reason: 'told', by: 'olga' }) as const;

  it('puts an earlier version into use again; the next model continues from that one', () => {
    const story = Story.withMembers(THREE).toModel(THREE);
    story.toModel(THREE);
    expect(story.state.current).toBe(2);
    expect(story.when(back(1))).toMatchObject([{ type: 'model_rolled_back', data: { from: 2, to: 1 } }]);
    expect(story.state.current).toBe(1);
    story.toModel(THREE);
    expect(story.state.models.at(-1)).toMatchObject({ version: 3, parent: story.state.models[0]?.weights });
  });

  it('is refused to a version there is not, and to the one in use', () => {
    const story = Story.withMembers(THREE).toModel(THREE);
    expect(story.refuses(back(2)).message).toContain('there are 1');
    expect(story.refuses(back(1)).message).toContain('version 1 is in use already');
  });
});

describe('a candidate of two members', () => {
  it('waits for an operator though the federation promotes automatically, and is theirs to promote', () => {
    const story = Story.withMembers(['ada', 'bob']).toCandidate(['ada', 'bob']);
    story.vote('ada');
    story.vote('bob');
    expect(typesOf(story.evaluate())).toEqual(['candidate_evaluated']);
    expect(story.state.run?.phase.phase).toBe('deciding');
    story.when({ type: 'decide-candidate', decision: 'promote', reason: 'looked at', by: 'olga' });
    expect(story.state.run?.phase.phase).toBe('promoting');
  });
});

describe('the federated threshold', () => {
  const report = fc.double({ noNaN: true, noDefaultInfinity: true });
  const lie = fc.double({ noNaN: true });
  /** As many lies as members are assumed to be outliers, at least one, among honest reports. */
  const cohort = fc.integer({ min: 3, max: 30 }).chain((n) => {
    const liars = Math.max(1, assumedOutliers(n));
    return fc.tuple(
      fc.array(report, { minLength: n - liars, maxLength: n - liars }),
      fc.array(lie, { minLength: liars, maxLength: liars }),
    );
  });
  const nthHighest = (reports: readonly number[], n: number) =>
    [...reports].sort((a, b) => b - a)[n] ?? Number.NaN;

  it('is moved by as many liars as are assumed neither above the highest honest report nor by more ranks than they are', () => {
    fc.assert(
      fc.property(cohort, ([honest, lies]) => {
        const { threshold } = thresholdOf([...honest, ...lies]);
        expect(threshold).toBeLessThanOrEqual(Math.max(...honest));
        expect(threshold).toBeGreaterThanOrEqual(
          nthHighest(honest, Math.min(lies.length, honest.length - 1)),
        );
      }),
    );
  });

  it('is one of the reports, in whatever order they came', () => {
    fc.assert(
      fc.property(fc.array(report, { minLength: 1, maxLength: 60 }), (reports) => {
        const { threshold } = thresholdOf(reports);
        expect(reports).toContain(threshold);
        expect(thresholdOf(reports.toReversed()).threshold).toBe(threshold);
      }),
    );
  });

  it('leaves out the highest report in small cohorts, the two highest of ten, and what the federation says', () => {
    const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
    expect(thresholdOf(upTo(1))).toEqual({ threshold: 1, thresholdRule: 'second-highest' });
    expect(thresholdOf(upTo(2))).toEqual({ threshold: 1, thresholdRule: 'second-highest' });
    expect(thresholdOf(upTo(9))).toEqual({ threshold: 8, thresholdRule: 'second-highest' });
    expect(thresholdOf(upTo(10))).toEqual({ threshold: 8, thresholdRule: 'highest-but-2' });
    expect(thresholdOf(upTo(50))).toEqual({ threshold: 40, thresholdRule: 'highest-but-10' });
    expect(thresholdOf(upTo(10), 3)).toEqual({ threshold: 7, thresholdRule: 'highest-but-3' });
    expect(thresholdOf(upTo(10), 0).thresholdRule).toBe('second-highest');
    expect(thresholdOf(upTo(4), 40).threshold).toBe(1);
  });

  it('follows from the reports by the name of its rule, and by no other name', () => {
    expect(thresholdBy('second-highest', [1, 3, 2])).toBe(2);
    expect(thresholdBy('highest-but-2', [1, 3, 2])).toBe(1);
    for (const unknown of [
      '',
      'highest',
      'highest-but-0',
      'highest-but--1',
      'highest-but-1e3',
      'highest-but-2 ',
    ]) {
      expect(thresholdBy(unknown, [1, 2, 3])).toBeUndefined();
    }
  });
});
