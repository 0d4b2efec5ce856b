/** Audits the sums of a cohort on the canary set: the model without each member, and without up to four, assembled and scored. */
import type { ModelFamily, RoundStep, RowBatch } from '../../../shared/learning/family.ts';
import { readTensors } from '../../../shared/tensors/column-reader.ts';
import { requireLayout, tensorsOfFlat } from '../../../shared/tensors/safetensors.ts';
import { elementsIn, type Layout, type TensorSet } from '../../../shared/tensors/tensor.ts';
import { auditCanaries, type CanaryRow } from '../../core/checks/detectors/canary-audit.ts';
import { likenessOf } from '../../core/checks/detectors/likeness.ts';
import type { AuditMeasures } from '../../core/checks/measures.ts';
import type { AuditJob, WeighedUpdate } from '../../ports/compute.ts';
import { type CanarySet, NORMAL } from './canaries.ts';
import { givenBy, leadingLabels, pickRows, positionsOf } from './canary-rows.ts';
import { flatOf } from './slopes.ts';

/** Canary rows that are scored, by some hundred models each. */
const NORMALS_PER_MEMBER = 25;
const LEAST_NORMALS = 256;
const ROWS_PER_LABEL = 64;

/**
 * Undefined for a step that leaves no model to score with, and when no label has canaries enough. Refuses
 * `update_shape` when an update has another layout than the step asks for.
 */
export async function auditSums(
  job: AuditJob,
  family: ModelFamily,
  step: RoundStep,
  canarySet: CanarySet,
): Promise<AuditMeasures | undefined> {
  if (step.audited !== true) return undefined;
  const canaries = givenBy(canarySet, job.members);
  const base = readTensors(job.base);
  const pool = new Pool(job.contributions, step.layout(base));
  const positions = auditedRows(canaries, job.contributions);
  const rows = pickRows(canaries, positions);
  const { threshold, leastCanaries } = job.federation.checks.audit;
  const measures = await auditCanaries({
    members: job.contributions.map(({ member }) => member),
    rows: auditedCanaries(canaries, positions, rows, job.federation),
    threshold,
    leastCanaries,
    async scores(without) {
      const applied = step.apply({ base, ...pool.without(without), server: undefined });
      const scorer = family.scorer(family.assemble(applied.base));
      try {
        return await scorer.score(rows);
      } finally {
        scorer.dispose();
      }
    },
  });
  return measures.labels.length === 0 ? undefined : measures;
}

function auditedCanaries(
  { labels, contributors }: CanarySet,
  positions: readonly number[],
  rows: RowBatch,
  { features }: AuditJob['federation'],
): CanaryRow[] {
  const labelOf = (row: number) => labels[positions[row] ?? -1] ?? NORMAL;
  const contributorOf = (row: number) => contributors?.[positions[row] ?? -1] || undefined;
  const isNormal = (row: number) => labelOf(row) === NORMAL;
  return likenessOf({ rows, features, isNormal, contributorOf }).map((among, row) => ({
    label: labelOf(row),
    contributor: contributorOf(row),
    among,
  }));
}

/**
 * Positions of the rows that are scored: normal ones, then those of the labels with the most rows. Normals of contributors
 * who are not in the cohort are drawn as if they were one's: however many they are, every member is judged with its own.
 */
function auditedRows(canaries: CanarySet, cohort: readonly WeighedUpdate[]): number[] {
  const members = new Set(cohort.map(({ member }) => member));
  const given = givenBy(canaries, members);
  const groups = members.size + (given.contributors?.includes('') ? 1 : 0);
  const normals = positionsOf(given, NORMAL, Math.max(LEAST_NORMALS, NORMALS_PER_MEMBER * groups));
  const labels = leadingLabels(canaries).filter((label) => label !== NORMAL);
  return [...normals, ...labels.flatMap((label) => positionsOf(canaries, label, ROWS_PER_LABEL))];
}

/** The weighted sum of all updates in float64; single ones are read again when they are left out. */
class Pool {
  readonly #layout: Layout;
  readonly #contributions: ReadonlyMap<string, WeighedUpdate>;
  readonly #sum: Float64Array;
  readonly #weight: number;

  constructor(contributions: readonly WeighedUpdate[], layout: Layout) {
    this.#layout = layout;
    this.#contributions = new Map(contributions.map((one) => [one.member, one]));
    this.#sum = new Float64Array(elementsIn(layout));
    this.#weight = contributions.reduce((sum, one) => sum + weightOf(one), 0);
    for (const contribution of contributions) this.#add(contribution, 1, this.#sum);
  }

  /** The weighted mean of the others, and the samples behind it. */
  without(members: ReadonlySet<string>): { readonly combined: TensorSet; readonly samples: number } {
    const rest = Float64Array.from(this.#sum);
    let samples = this.#weight;
    for (const member of members) {
      const contribution = this.#contributions.get(member);
      if (contribution === undefined) continue;
      this.#add(contribution, -1, rest);
      samples -= weightOf(contribution);
    }
    const mean = Float32Array.from(rest, (sum) => sum / samples);
    return { combined: tensorsOfFlat(this.#layout, mean), samples };
  }

  #add(contribution: WeighedUpdate, sign: 1 | -1, into: Float64Array): void {
    const tensors = readTensors(contribution.update);
    requireLayout(tensors, this.#layout);
    const values = flatOf(tensors);
    const factor = sign * weightOf(contribution);
    for (let at = 0; at < into.length; at += 1) into[at] = (into[at] ?? 0) + factor * (values[at] ?? 0);
  }
}

/** As the weighted mean weighs it. */
function weightOf({ weight, influence }: WeighedUpdate): number {
  return weight * influence;
}
