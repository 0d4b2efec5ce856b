/** How well scores separate anomalies from normal events, and where a threshold falls. Pure. */
import { Refusal } from '../refusal.ts';

/** Counts and rates at one threshold; a row alerts when its score is above it. Rates without a denominator are 0. */
export interface Confusion {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
  readonly tpr: number;
  readonly fpr: number;
  readonly precision: number;
  readonly f1: number;
}

/**
 * Area under the ROC curve by the rank-sum identity (Mann and Whitney 1947); ties count one half.
 * @param labels 1 for an anomaly, 0 for normal; as long as `scores`
 * @returns in [0, 1]; NaN when one of the two classes is absent
 */
export function auroc(labels: ArrayLike<number>, scores: ArrayLike<number>): number {
  const order = ascending(labels, scores);
  let rankSum = 0;
  let positives = 0;
  for (let from = 0; from < order.length; ) {
    const until = endOfTie(order, scores, from);
    // Ranks are from + 1 … until; everyone in a tie gets their mean.
    const rank = (from + 1 + until) / 2;
    for (let i = from; i < until; i += 1) {
      if (labels[order[i] ?? 0] === 1) {
        positives += 1;
        rankSum += rank;
      }
    }
    from = until;
  }
  const negatives = order.length - positives;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/**
 * Average precision: Σ (R_k − R_{k−1}) P_k over the distinct scores, highest first; a tie is one step.
 * @returns in [0, 1]; NaN without an anomaly
 */
export function averagePrecision(labels: ArrayLike<number>, scores: ArrayLike<number>): number {
  const order = ascending(labels, scores).reverse();
  let positives = 0;
  let sum = 0;
  for (let from = 0; from < order.length; ) {
    const until = endOfTie(order, scores, from);
    let gained = 0;
    for (let i = from; i < until; i += 1) if (labels[order[i] ?? 0] === 1) gained += 1;
    positives += gained;
    sum += (gained * positives) / until;
    from = until;
  }
  return sum / positives;
}

/** What an alert threshold does to labelled scores: a row alerts when its score is greater than `threshold`. */
export function confusion(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  threshold: number,
): Confusion {
  sameLength(labels, scores);
  let truePositives = 0;
  let falsePositives = 0;
  let positives = 0;
  for (let i = 0; i < labels.length; i += 1) {
    const anomaly = labels[i] === 1;
    if (anomaly) positives += 1;
    if ((scores[i] ?? 0) <= threshold) continue;
    if (anomaly) truePositives += 1;
    else falsePositives += 1;
  }
  const negatives = labels.length - positives;
  return {
    truePositives,
    falsePositives,
    trueNegatives: negatives - falsePositives,
    falseNegatives: positives - truePositives,
    tpr: ratio(truePositives, positives),
    fpr: ratio(falsePositives, negatives),
    precision: ratio(truePositives, truePositives + falsePositives),
    f1: ratio(2 * truePositives, positives + truePositives + falsePositives),
  };
}

/**
 * The q-quantile by linear interpolation between order statistics at h = (n − 1) q: definition 7 of
 * Hyndman and Fan (1996), the default of R and NumPy.
 * @param q in [0, 1]
 */
export function quantile(values: ArrayLike<number>, q: number): number {
  if (values.length === 0 || !(q >= 0 && q <= 1)) {
    throw new Refusal(
      'data_empty',
      `quantile ${q} of ${values.length} values: needs 0 ≤ q ≤ 1 and at least one value`,
    );
  }
  const sorted = Float64Array.from(values).sort();
  const position = (sorted.length - 1) * q;
  const below = sorted[Math.floor(position)] ?? 0;
  const above = sorted[Math.ceil(position)] ?? 0;
  return below + (above - below) * (position - Math.floor(position));
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function ascending(labels: ArrayLike<number>, scores: ArrayLike<number>): Uint32Array {
  sameLength(labels, scores);
  return Uint32Array.from({ length: scores.length }, (_, i) => i).sort(
    (a, b) => (scores[a] ?? 0) - (scores[b] ?? 0),
  );
}

function endOfTie(order: Uint32Array, scores: ArrayLike<number>, from: number): number {
  let until = from + 1;
  while (until < order.length && scores[order[until] ?? 0] === scores[order[from] ?? 0]) until += 1;
  return until;
}

function sameLength(labels: ArrayLike<number>, scores: ArrayLike<number>): void {
  if (labels.length !== scores.length) {
    throw new Refusal(
      'internal',
      `${labels.length} labels for ${scores.length} scores: one label a score is needed`,
    );
  }
}
