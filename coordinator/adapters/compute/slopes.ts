/** The directions in which the base would move along the canary set: references for what an update does to it. */
import type { ModelFamily, RoundStep, RowBatch } from '../../../shared/learning/family.ts';
import { valuesInOrder } from '../../../shared/tensors/safetensors.ts';
import { elementsIn, type TensorSet } from '../../../shared/tensors/tensor.ts';
import type { CohortMeasures } from '../../core/checks/measures.ts';
import { type CanarySet, NORMAL } from './canaries.ts';
import { leadingLabels, normalsByContributor, rowsOf } from './canary-rows.ts';

/** Rows of a label behind its slope: more make it steadier than any comparison needs. */
export const SLOPE_ROWS = 256;

/** The same for the normal rows of one contributor: measured with 60. */
const OWN_ROWS = 64;

/**
 * τ of the soft AUROC: how far apart, in natural logarithms of the score, an anomaly and a normal row must be for
 * their order to be safe. Pairs that are safe have no say: an update that only makes a far anomaly a little less far
 * does no harm.
 */
const RANK_SOFTNESS = 0.5;

/** A perfect reconstruction has no logarithm. */
const LEAST_SCORE = 1e-12;

export interface Slope {
  /** `slope/normal`, then `normals/<member>` for each contributor, then `ranks/<label>` for each label. */
  readonly name: string;
  /** One flat vector in the layout of an update. */
  readonly values: Float32Array;
}

/** What the canary set says of a base, before any update. */
export interface CanaryView {
  /** Empty for steps that are no gradients. */
  readonly slopes: readonly Slope[];
  /** The mean score of the normal canaries that each member gave. */
  readonly ownScores: ReadonlyMap<string, number>;
}

interface Scored {
  readonly rows: RowBatch;
  readonly scores: Float32Array;
}

/**
 * `slope/normal`: the gradient of the mean score of normal canaries; `normals/<member>` of those that member gave,
 * where the canary file names contributors. `ranks/<label>`: minus the gradient of
 * mean over pairs of σ((ln score(anomaly) − ln score(normal)) / τ), the soft AUROC of that label. Empty for steps that
 * are no gradients.
 */
export async function slopesOf(
  family: ModelFamily,
  step: RoundStep,
  base: TensorSet,
  canaries: CanarySet,
): Promise<CanaryView> {
  if (step.slope === undefined) return { slopes: [], ownScores: new Map() };
  const scorer = family.scorer(family.assemble(base));
  try {
    const scored = async (label: string): Promise<Scored> => {
      const rows = rowsOf(canaries, label, SLOPE_ROWS);
      return { rows, scores: (await scorer.score(rows)).map((score) => Math.max(score, LEAST_SCORE)) };
    };
    const normal = await scored(NORMAL);
    const slopes = [{ name: `slope/${NORMAL}`, values: flatOf(await step.slope(base, normal.rows)) }];
    const ownScores = new Map<string, number>();
    for (const { contributor, rows } of normalsByContributor(canaries, OWN_ROWS)) {
      slopes.push({ name: `normals/${contributor}`, values: flatOf(await step.slope(base, rows)) });
      ownScores.set(contributor, meanOf(await scorer.score(rows)));
    }
    for (const label of leadingLabels(canaries).filter((one) => one !== NORMAL)) {
      slopes.push({
        name: `ranks/${label}`,
        values: await rankSlope(step, base, await scored(label), normal),
      });
    }
    return { slopes, ownScores };
  } finally {
    scorer.dispose();
  }
}

/** By member, as `CohortMeasures.ownScores`; undefined where nobody gave normal canaries. */
export function scoresOfMembers(
  { ownScores }: CanaryView,
  members: readonly string[],
): CohortMeasures['ownScores'] {
  return ownScores.size === 0 ? undefined : members.map((member) => ownScores.get(member) ?? null);
}

function meanOf(scores: Float32Array): number {
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

/** Weights the slope of each row by how much the soft AUROC would lose if its score changed. */
async function rankSlope(
  step: RoundStep,
  base: TensorSet,
  anomaly: Scored,
  normal: Scored,
): Promise<Float32Array> {
  const lost = new Float32Array(anomaly.rows.rows);
  const gained = new Float32Array(normal.rows.rows);
  const pairs = lost.length * gained.length;
  anomaly.scores.forEach((high, a) => {
    normal.scores.forEach((low, n) => {
      const order = 1 / (1 + (low / high) ** (1 / RANK_SOFTNESS));
      const slack = (order * (1 - order)) / (RANK_SOFTNESS * pairs);
      lost[a] = (lost[a] ?? 0) - slack / high;
      gained[n] = (gained[n] ?? 0) + slack / low;
    });
  });
  const rows = {
    rows: anomaly.rows.rows + normal.rows.rows,
    width: normal.rows.width,
    data: joined(anomaly.rows.data, normal.rows.data),
  };
  const slope = await step.slope?.(base, rows, joined(lost, gained));
  return slope === undefined ? new Float32Array() : flatOf(slope);
}

function joined(first: Float32Array, second: Float32Array): Float32Array {
  const both = new Float32Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/** All elements of a set in the order of its layout. */
export function flatOf(set: TensorSet): Float32Array {
  const flat = new Float32Array(elementsIn(set.layout));
  let at = 0;
  for (const values of valuesInOrder(set)) {
    flat.set(values, at);
    at += values.length;
  }
  return flat;
}
