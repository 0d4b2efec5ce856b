import { describe, expect, it } from 'vitest';
import { CANARY_AUDIT } from '../../coordinator/core/checks/detectors/audited.ts';
import { CANARY_FAMILIES, EARLY } from '../../coordinator/core/checks/detectors/canary-families.ts';
import { CANARY_NORMALS } from '../../coordinator/core/checks/detectors/canary-normals.ts';
import type { CohortInput, Signal } from '../../coordinator/core/checks/detectors/detector.ts';
import { OWN_NORMALS } from '../../coordinator/core/checks/detectors/own-normals.ts';
import type { AuditMeasures } from '../../coordinator/core/checks/measures.ts';
import { restrictMeasures } from '../../coordinator/core/checks/restrict-measures.ts';
import { Random } from '../../shared/learning/random.ts';
import {
  cohortOf,
  drawn,
  HonestMembers,
  judgeRounds,
  measuresOf,
  memberAt,
  plus,
  scaled,
  screenedLast,
  unit,
  type Vector,
} from './made-cohort.ts';

const ROUNDS = 15;
const hides = unit(drawn(new Random('what hides probes', 1), 200));

interface Story {
  readonly seed: number;
  readonly craft?: (own: Vector, at: number) => Vector;
  /** Members whose own normal traffic looks like the anomaly. */
  readonly lookalikes?: readonly number[];
  /** Without: nobody gave normal canaries of its own. */
  readonly pooledOnly?: boolean;
  readonly rounds?: number;
  /** AUROC that a step of length 1 costs the anomaly if it hides nothing else. */
  readonly costs?: number;
}

/** Gradients of members whose canary normals pull the way their updates go; `probes` is the known anomaly. */
function storyOf({
  seed,
  craft = (own) => own,
  lookalikes = [],
  pooledOnly = false,
  rounds = ROUNDS,
  costs = 0.2,
}: Story): CohortInput[] {
  const members = new HonestMembers(seed);
  const normals = meanOf(Array.from({ length: 8 }, () => members.round(0.6))).map((own, at) =>
    lookalikes.includes(at) ? plus(own, hides) : own,
  );
  const own = pooledOnly
    ? {}
    : Object.fromEntries(normals.map((normal, at) => [`normals/${memberAt(at)}`, scaled(normal, -1)]));
  return Array.from({ length: rounds }, () => {
    const updates = members
      .round(0.6)
      .map((update, at) => unit(lookalikes.includes(at) ? plus(update, hides) : update))
      .map((update, at) => unit(craft(update, at)));
    const references = {
      'slope/normal': scaled(members.common, -0.1),
      ...own,
      'ranks/probes': scaled(hides, costs),
    };
    return cohortOf(measuresOf(updates, references));
  });
}

/** Many rows of a member's traffic: less noise than its batches have. */
function meanOf(rounds: readonly (readonly Vector[])[]): Vector[] {
  return (rounds[0] ?? []).map((_, at) =>
    scaled(plus(...rounds.map((round) => round[at] ?? [])), 1 / rounds.length),
  );
}

function failed(signals: readonly Signal[]): number[] {
  return signals.flatMap(({ finding }, at) => (finding.passed ? [] : [at]));
}

const hiding = (own: Vector, at: number) => (at >= 8 ? plus(own, hides) : own);
const flipping = (own: Vector, at: number) => (at >= 8 ? scaled(own, -1) : own);

describe('the canaries of known anomalies', () => {
  it('tell who hides one, with the label, the number and the bound', () => {
    const signals = judgeRounds(CANARY_FAMILIES, storyOf({ seed: 1, craft: hiding }));
    expect(failed(signals)).toEqual([8, 9]);
    expect(signals[8]?.finding.code).toBe('canary_regression');
    expect(signals[8]?.finding.message).toMatch(
      /^mean cosine 0\.[4-9]\d* to what hides probes \(bound 0\.4, from 10 rounds on\), beyond what its normal canaries explain; costs it \d+\.\d\d % AUROC to first order \(at least 1 %\)$/,
    );
  });

  it('let the member be whose normal traffic looks like one, as its own normal canaries show', () => {
    const story = { seed: 2, craft: hiding, lookalikes: [0] };
    expect(failed(judgeRounds(CANARY_FAMILIES, storyOf(story)))).toEqual([8, 9]);
    const blind = judgeRounds(CANARY_FAMILIES, storyOf({ ...story, pooledOnly: true }));
    expect(blind[0]?.finding.value).toBeGreaterThan(EARLY.most);
  });

  it('wait ten rounds: one is noise', () => {
    expect(failed(judgeRounds(CANARY_FAMILIES, storyOf({ seed: 1, craft: hiding, rounds: 9 })))).toEqual([]);
    expect(failed(judgeRounds(CANARY_FAMILIES, storyOf({ seed: 1, craft: hiding, rounds: 10 })))).toEqual([
      8, 9,
    ]);
  });

  it('bear less likeness from forty rounds on, and least where it costs most', () => {
    const faintly = (own: Vector, at: number) => (at >= 8 ? plus(own, scaled(hides, 0.21)) : own);
    const story = (rounds: number, costs: number) =>
      judgeRounds(CANARY_FAMILIES, storyOf({ seed: 1, craft: faintly, rounds, costs }));
    const likeness = story(40, 0.2)
      .slice(8)
      .map(({ finding }) => finding.value);
    expect(Math.min(...likeness)).toBeGreaterThan(0.23);
    expect(Math.max(...likeness)).toBeLessThan(0.28);
    expect(failed(story(39, 0.2))).toEqual([]);
    expect(failed(story(40, 0.2))).toEqual([8, 9]);
    expect(failed(story(40, 0.07))).toEqual([]);
  });

  it('are not shielded by another who hides the same and costs more: f is spared, not blamed', () => {
    const three = storyOf({ seed: 3, craft: (own, at) => (at >= 7 ? plus(own, hides) : own) });
    const one = three.map((input) => ({ ...input, size: { ...input.size, outliers: 1 } }));
    expect(failed(judgeRounds(CANARY_FAMILIES, one))).toEqual([7, 8, 9]);
  });

  it('hold it against a minority at most, whatever most do', () => {
    const many = storyOf({ seed: 3, craft: (own, at) => (at >= 4 ? plus(own, hides) : own) });
    expect(failed(judgeRounds(CANARY_FAMILIES, many))).toHaveLength(4);
  });

  it('do not judge a member by a label of which it gave most', () => {
    const given = storyOf({ seed: 1, craft: hiding }).map((input) => ({
      ...input,
      measures: {
        ...input.measures,
        holders: [
          { label: 'probes', shares: input.measures.members.map((_, at) => (at === 8 ? 0.6 : 0.04)) },
        ],
      },
    }));
    expect(failed(judgeRounds(CANARY_FAMILIES, given))).toEqual([9]);
  });

  it('begin anew with another step', () => {
    const story = storyOf({ seed: 1, craft: hiding });
    const other = story.map((input, round) => (round === ROUNDS - 1 ? { ...input, step: 'more' } : input));
    expect(failed(judgeRounds(CANARY_FAMILIES, other))).toEqual([]);
  });
});

describe('trails of the canary detectors', () => {
  const ONE = '0123456789abcdef'.repeat(4);
  const OTHER = `f${ONE.slice(1)}`;

  /** As `story`, with these digests of the canary file: the first of all rounds but the last. */
  const screenedOn = (story: readonly CohortInput[], before: string | undefined, last: string | undefined) =>
    story.map((input, round) => {
      const canaries = round === story.length - 1 ? last : before;
      return { ...input, measures: { ...input.measures, ...(canaries === undefined ? {} : { canaries }) } };
    });

  it.each([
    [CANARY_FAMILIES, hiding],
    [CANARY_NORMALS, flipping],
    [OWN_NORMALS, flipping],
  ])('begin anew with another canary file, or none', (detector, craft) => {
    const after = (before?: string, last?: string) =>
      failed(judgeRounds(detector, screenedOn(storyOf({ seed: 6, craft }), before, last)));
    expect(after(ONE, ONE)).toEqual([8, 9]);
    expect(after()).toEqual([8, 9]);
    expect(after(ONE, OTHER)).toEqual([]);
    expect(after(ONE)).toEqual([]);
    expect(after(undefined, ONE)).toEqual([]);
  });

  it('give nobody the trail of another label when a row more lets two labels change places', () => {
    const members = new HonestMembers(1);
    const floods = { 'ranks/floods': unit(drawn(new Random('what hides floods', 1), 200)) };
    const probes = { 'ranks/probes': hides };
    const story = Array.from({ length: ROUNDS }, (_, round) => {
      const updates = members.round(0.6).map((own, at) => unit(at === 9 ? plus(own, hides) : own));
      const isLast = round === ROUNDS - 1;
      const measures = measuresOf(updates, isLast ? { ...floods, ...probes } : { ...probes, ...floods });
      // Whoever gave the canaries of a label may look like it.
      const holders = [{ label: 'probes', shares: measures.members.map((_, at) => Number(at === 9)) }];
      return cohortOf({ ...measures, holders });
    });
    expect(failed(judgeRounds(CANARY_FAMILIES, screenedOn(story, ONE, OTHER)))).toEqual([]);
  });

  it('go on for a member that is judged beside those that count', () => {
    const [input] = screenedOn(storyOf({ seed: 1, rounds: 1 }), undefined, ONE);
    expect(input && restrictMeasures(input.measures, new Set([memberAt(2)])).canaries).toBe(ONE);
  });
});

describe('whom the canaries keep out', () => {
  const craft = (own: Vector, at: number) => (at >= 7 ? scaled(own, -1) : own);

  function findingsOf(rounds: readonly CohortInput[]) {
    const { judged } = screenedLast(rounds).screened;
    return new Map(judged.map(({ member, verdict }) => [member, verdict.findings]));
  }

  const ofCanaries = (check: string) => /canary|own-normals/.test(check);

  it('is nobody the others are compared with: their findings are those without it', () => {
    const story = storyOf({ seed: 4, craft });
    const seven = new Set(Array.from({ length: 7 }, (_, at) => memberAt(at)));
    const alone = story.map((input) => ({
      ...input,
      updates: input.updates.filter(({ member }) => seven.has(member)),
      measures: restrictMeasures(input.measures, seven),
    }));
    // The trail is of rounds with all ten, until the canaries speak: only what one round is compared with is the same.
    const perRound = ['direction', 'signs', 'distance', 'spectral'];
    const [all, apart] = [findingsOf(story), findingsOf(alone)];
    for (const member of seven)
      for (const check of perRound)
        expect(all.get(member)?.find((one) => one.check === check)).toEqual(
          apart.get(member)?.find((one) => one.check === check),
        );
  });

  it('is compared itself, alone with those others', () => {
    const findings = findingsOf(storyOf({ seed: 4, craft })).get(memberAt(9)) ?? [];
    expect(findings.filter(({ passed, check }) => !passed && ofCanaries(check))).not.toEqual([]);
    expect(findings.map(({ check }) => check)).toContain('distance');
  });
});

describe('the normal canaries', () => {
  it('tell who pushes the model back, from the fifth round on', () => {
    const signals = judgeRounds(CANARY_NORMALS, storyOf({ seed: 4, craft: flipping, rounds: 5 }));
    expect(failed(signals)).toEqual([8, 9]);
    expect(signals[9]?.finding.message).toMatch(
      /^mean cosine -0\.\d+ to what lowers the score of normal canaries, over 4\.52 faded rounds; the cohort's median is 0\.\d+ \(bound -0\.\d+, from 5 rounds on\)$/,
    );
    expect(failed(judgeRounds(CANARY_NORMALS, storyOf({ seed: 4, craft: flipping, rounds: 4 })))).toEqual([]);
  });

  it('keep their bound between −0.3 and −0.4, however wide colluders make the spread', () => {
    const half = storyOf({ seed: 5, craft: (own, at) => (at >= 5 ? scaled(own, -1) : own) });
    for (const { finding } of judgeRounds(CANARY_NORMALS, half)) {
      const [bound] = finding.bound as readonly [number, number];
      expect(bound).toBeGreaterThanOrEqual(-0.4);
      expect(bound).toBeLessThanOrEqual(-0.3);
    }
  });

  it('that a member gave itself tell whether it trains on its rows at all', () => {
    const drawing = new Random('drawn updates', 1);
    const story = storyOf({
      seed: 6,
      craft: (own, at) => (at === 9 ? drawn(drawing, 200) : flipping(own, at)),
    });
    const signals = judgeRounds(OWN_NORMALS, story);
    expect(failed(signals)).toEqual([8, 9]);
    expect(signals[8]?.finding.message).toContain('of its own normal canaries');
    expect(judgeRounds(OWN_NORMALS, storyOf({ seed: 6, pooledOnly: true }))).toEqual([]);
  });

  it('blame nobody where most fail: then it is the model, or the file', () => {
    const all = storyOf({ seed: 7, craft: (own) => scaled(own, -1) });
    expect(failed(judgeRounds(CANARY_NORMALS, all))).toEqual([]);
    expect(failed(judgeRounds(OWN_NORMALS, all))).toEqual([]);
  });
});

describe('honest members on canaries', () => {
  it('are refused in none of 8 federations, alike or not', () => {
    const detectors = [CANARY_FAMILIES, CANARY_NORMALS, OWN_NORMALS];
    const wrong = Array.from({ length: 8 }, (_, seed) =>
      detectors.flatMap((detector) => failed(judgeRounds(detector, storyOf({ seed, lookalikes: [3] })))),
    );
    expect(wrong.flat()).toEqual([]);
  });
});

describe('the findings of the canary audit', () => {
  const step = (members: readonly string[], delta: number) => ({
    members,
    label: 'neptune',
    delta,
    bound: 0.05 * members.length,
  });
  const audit: AuditMeasures = {
    removed: [step(['m01', 'm02'], 0.31)],
    rest: step(['m00'], 0.02),
    singles: [step(['m00'], 0.02), step(['m01'], 0.04), step(['m02'], 0.03)],
    labels: [{ label: 'neptune', canaries: 40 }],
  };
  const input = (over: Partial<CohortInput>) =>
    cohortOf(measuresOf([[1], [1], [1]]), { gradients: false, step: 'sums', audit, ...over });

  it('keep out who was taken out, with the bound of a pair, and name nobody else', () => {
    const [kept, taken] = CANARY_AUDIT.judge(input({}));
    expect(kept?.finding).toMatchObject({ passed: true, value: 0.02, bound: 0.05 });
    expect(taken?.finding).toEqual({
      check: 'canary-audit',
      value: 0.31,
      bound: 0.1,
      passed: false,
      code: 'canary_audit',
      message:
        'without this member and another the mean rank of neptune among normal canaries changes by 0.3100 (bound 0.1)',
    });
  });

  it('are none where nothing could be audited', () => {
    expect(CANARY_AUDIT.judge(input({ audit: undefined }))).toEqual([]);
    expect(CANARY_AUDIT.judge(input({ audit: { ...audit, labels: [] } }))).toEqual([]);
  });
});
