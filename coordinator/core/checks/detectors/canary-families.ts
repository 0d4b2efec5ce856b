/**
 * Whether a member's updates hide a known anomaly, round after round. First what its own normal traffic explains is
 * taken out of the update x: x′ = x + β s with s the slope of the score on the normal canaries it gave (of all, where it
 * gave none), β = max(0, −⟨x, s⟩ / ‖s‖²), the part along their descent. Then, for each label, its mean along the trail of
 *
 *   cos′ = ⟨r, x′⟩ / (‖r′‖ ‖x′‖),   r minus the gradient of the label's soft AUROC, r′ what s leaves of r
 *
 * and of ⟨r, x′⟩, the AUROC lost to first order if the model moved by x′. Without the correction nobody can be told
 * apart: a member whose normal traffic resembles an anomaly costs it as much AUROC as one who hides it. One round is
 * noise. Only those who cost a label most are held against it: down to the f-th who is within the bounds, so that two who
 * hide the same do not shield each other. Blind to anomalies that nobody put among the canaries, to members who pass them
 * off as their normal canaries, and to harm that leaves the ranks alone.
 */
import type { CohortMeasures } from '../measures.ts';
import { rowOf } from '../statistics/geometry.ts';
import { addedTo, keptOnCanaries, meansIn, onCanaries, standsFor } from '../statistics/running-mean.ts';
import type { CohortInput, Detector, Signal } from './detector.ts';
import { OWN_NORMALS_OF } from './own-normals.ts';

interface Bound {
  /** Rounds of trail from which on it holds. */
  readonly from: number;
  /** cos′ */
  readonly most: number;
  /** AUROC, to first order, below which nobody is refused however well directed. */
  readonly least: number;
}

/** cos′ of honest members came to .33 in the first rounds, while all that is normal is still new to the model. */
export const EARLY: Bound = { from: 10, most: 0.4, least: 0.01 };
/** Later it came to .26, and of those who hide an anomaly to .19–.68. */
const LATER: Bound = { from: 40, most: 0.28, least: 0.01 };
/** The costlier, the less alike honest members are to hiding it: .20 among those who cost an anomaly .02, rarely .25. */
const COSTLY: Bound = { from: 40, most: 0.23, least: 0.02 };
/** Where a member gave no normal canaries: honest members whose traffic looks like an anomaly came to .19. */
const LEAST_LOSS_POOLED = 0.2;
/** Share of a label's canaries from which on they are a member's own: what a member gave does not judge that member. */
const MOST_OWN = 0.5;
/** Of ‖x‖² and ‖r‖²: less than this left over is no direction. */
const LEAST_LEFT = 0.01;
const RANKS = 'ranks/';

export const CANARY_FAMILIES: Detector = {
  name: 'canary-families',
  looksFor: 'updates that make a known anomaly look normal, over many rounds',
  source:
    'gradient of a soft AUROC (Yan et al., ICML 2003), partial correlation (Yule 1907); measured on real data',
  kind: 'canary',
  decisive: true,
  judge: judgeFamilies,
};

interface Effect {
  readonly label: string;
  /** cos′ */
  readonly alike: number;
  /** AUROC */
  readonly loss: number;
}

function judgeFamilies(input: CohortInput): readonly Signal[] {
  const { gradients, measures, size } = input;
  const labels = labelsIn(measures);
  if (!gradients || labels.length === 0) return [];
  const sums = measures.members.map((member, at) =>
    addedTo(
      keptOnCanaries(input, member, CANARY_FAMILIES.name),
      labels.flatMap((label) => effectOf(measures, at, label)),
    ),
  );
  const trails = sums.map((own, at) => ({
    effects: effectsIn(meansIn(own), labels),
    ...boundsFor(own, ownSlope(measures, at) !== undefined),
    judgedBy: judgedBy(measures, at),
  }));
  const blamed = labels.map((_, place) => blamedFor(trails, place, Math.max(1, size.outliers)));
  return trails.map((trail, at) => ({
    member: measures.members[at] ?? '',
    sums: onCanaries(input, sums[at] ?? []),
    finding: findingOf(
      trail,
      worstOf(trail, (place) => blamed[place]?.has(at) === true),
    ),
  }));
}

interface Bounds {
  /** Whether the trail is long enough to fail. */
  readonly tested: boolean;
  /** What holds for an effect that costs so much AUROC. */
  readonly boundAt: (loss: number) => Bound;
}

interface Trailed extends Bounds {
  readonly effects: readonly Effect[];
  readonly judgedBy: (label: string) => boolean;
}

function boundsFor(sums: readonly number[], gaveNormals: boolean): Bounds {
  const tested = standsFor(sums, EARLY.from);
  const later = standsFor(sums, LATER.from);
  const usual = later ? LATER : EARLY;
  if (!gaveNormals) return { tested, boundAt: () => ({ ...usual, least: LEAST_LOSS_POOLED }) };
  return { tested, boundAt: (loss) => (later && loss >= COSTLY.least ? COSTLY : usual) };
}

function isBeyond({ tested, boundAt }: Bounds, { alike, loss }: Effect): boolean {
  const { most, least } = boundAt(loss);
  return tested && alike > most && loss >= least;
}

function findingOf(trail: Trailed, effect: Effect): Signal['finding'] {
  const { label, alike, loss } = effect;
  const { from, most, least } = trail.boundAt(loss);
  const passed = !isBeyond(trail, effect);
  const message = `mean cosine ${alike.toFixed(3)} to what hides ${label} (bound ${most}, from ${from} rounds on), beyond what its normal canaries explain; costs it ${(100 * loss).toFixed(2)} % AUROC to first order (at least ${100 * least} %)`;
  const seen = {
    check: CANARY_FAMILIES.name,
    value: alike,
    bound: [-1, most] as const,
    passed,
    message,
  };
  return passed ? seen : { ...seen, code: 'canary_regression' };
}

function labelsIn({ references }: CohortMeasures): readonly string[] {
  return references.flatMap((reference) =>
    reference.startsWith(RANKS) ? [reference.slice(RANKS.length)] : [],
  );
}

function ownSlope(measures: CohortMeasures, at: number): number | undefined {
  return rowOf(measures, OWN_NORMALS_OF + (measures.members[at] ?? ''));
}

/** [cos′, ⟨r, x′⟩] of this round. */
function effectOf(measures: CohortMeasures, at: number, label: string): readonly [number, number] {
  const product = (a: number, b: number) => measures.gram[a]?.[b] ?? 0;
  const ranks = rowOf(measures, RANKS + label) ?? 0;
  const slope = ownSlope(measures, at) ?? rowOf(measures, 'slope/normal');
  const steepness = slope === undefined ? 0 : product(slope, slope);
  if (slope === undefined || steepness <= 0)
    return alikeness(product(at, ranks), product(ranks, ranks), product(at, at));
  const descent = Math.max(0, -product(at, slope) / steepness);
  const left = (row: number, part: number) =>
    Math.max(LEAST_LEFT * product(row, row), product(row, row) - part * part * steepness);
  const loss = product(at, ranks) + descent * product(slope, ranks);
  return alikeness(loss, left(ranks, product(ranks, slope) / steepness), left(at, descent));
}

function alikeness(loss: number, ranksSquared: number, stepSquared: number): readonly [number, number] {
  const lengths = Math.sqrt(ranksSquared * stepSquared);
  return [lengths > 0 ? Math.max(-1, Math.min(1, loss / lengths)) : 0, loss];
}

function effectsIn(means: readonly number[], labels: readonly string[]): readonly Effect[] {
  return labels.map((label, place) => ({
    label,
    alike: means[2 * place] ?? 0,
    loss: means[2 * place + 1] ?? 0,
  }));
}

function judgedBy({ holders }: CohortMeasures, at: number): (label: string) => boolean {
  return (label) => (holders?.find((known) => known.label === label)?.shares[at] ?? 0) < MOST_OWN;
}

/**
 * Who is held against a label: from the costliest on, until `spared` of them are within their bounds. Those beyond are a
 * minority of the cohort, whatever it does.
 */
function blamedFor(trails: readonly Trailed[], place: number, spared: number): ReadonlySet<number> {
  const none: Effect = { label: '', alike: 0, loss: 0 };
  const costliest = trails
    .map((trail, at) => {
      const effect = trail.effects[place] ?? none;
      const judged = trail.judgedBy(effect.label);
      return { at, judged, loss: effect.loss, beyond: judged && isBeyond(trail, effect) };
    })
    .sort((a, b) => b.loss - a.loss);
  const blamed = new Set<number>();
  let within = 0;
  let beyond = 0;
  for (const one of costliest) {
    if (within >= spared || 2 * (beyond + 1) >= trails.length) break;
    if (one.beyond) beyond++;
    else within++;
    if (one.judged) blamed.add(one.at);
  }
  return blamed;
}

/** Of the labels held against it, the one it is most alike to hiding, those beyond their bound first; of all, where none is. */
function worstOf(trail: Trailed, isBlamed: (place: number) => boolean): Effect {
  const { effects } = trail;
  const blamed = effects.filter((_, place) => isBlamed(place));
  const beyond = blamed.filter((effect) => isBeyond(trail, effect));
  const alike = Math.min(0, ...effects.map((effect) => effect.alike));
  const none: Effect = { label: 'any label', alike, loss: 0 };
  return (beyond.length > 0 ? beyond : blamed).reduce(
    (worst, one) => (one.alike > worst.alike ? one : worst),
    none,
  );
}
