/** What a model of the lab is worth on rows that nobody trained on. */
import type { Federation } from '../../shared/federation/schema.ts';
import type { ModelFamily, Scorer } from '../../shared/learning/family.ts';
import { auroc, averagePrecision, confusion, quantile } from '../../shared/learning/metrics.ts';
import type { TensorSet } from '../../shared/tensors/tensor.ts';
import { thresholdOf } from '../core/run/threshold.ts';
import type { Attack } from './attacks/attack.ts';
import type { Cast } from './cast.ts';
import { familiesOf, type LabData, type LabelledRows, NORMAL } from './lab-data.ts';

/** Means over the test sets. */
export interface Scores {
  readonly auroc: number;
  readonly ap: number;
  readonly fpr: number;
  readonly tpr: number;
  readonly threshold: number;
  /** AUROC of each family against the normal rows, over the test sets that have it. */
  readonly families: Readonly<Record<string, number>>;
}

export interface ScoringInput {
  readonly data: LabData;
  readonly cast: Cast;
  readonly attack: Attack | undefined;
  readonly family: ModelFamily;
  readonly model: TensorSet;
  /** Members that report a quantile for the threshold. */
  readonly contributors: readonly string[];
  readonly federation: Federation;
}

export async function scoresOf(input: ScoringInput): Promise<Scores> {
  const { data, family, model } = input;
  if (![...model.tensors.values()].every((values) => values.every(Number.isFinite)))
    return nothingLearnt(data);
  const scorer = family.scorer(model);
  try {
    const threshold = await publishedThreshold(input, scorer);
    const parts = await Promise.all(data.tests.map((test) => scoreTest(data, test, scorer, threshold)));
    return {
      auroc: mean(parts.map((part) => part.auroc)),
      ap: mean(parts.map((part) => part.ap)),
      fpr: mean(parts.map((part) => part.fpr)),
      tpr: mean(parts.map((part) => part.tpr)),
      threshold,
      families: Object.fromEntries(
        familiesOf(data).map((name) => [name, mean(parts.flatMap((part) => part.families.get(name) ?? []))]),
      ),
    };
  } finally {
    scorer.dispose();
  }
}

/** A model that is none tells nothing apart: AUROC one half, precision the share of anomalies, and it never alerts. */
export function nothingLearnt(data: LabData): Scores {
  const shares = data.tests.map(
    ({ labels }) => labels.filter((label) => label !== NORMAL).length / labels.length,
  );
  return {
    auroc: 0.5,
    ap: mean(shares),
    fpr: 0,
    tpr: 0,
    threshold: 0,
    families: Object.fromEntries(familiesOf(data).map((name) => [name, 0.5])),
  };
}

/** Members report the quantile of their own held-back normals; attackers may report something else. */
async function publishedThreshold(
  { cast, attack, contributors, federation }: ScoringInput,
  scorer: Scorer,
): Promise<number> {
  const reports: number[] = [];
  for (const { name, heldBack } of cast.members) {
    if (!contributors.includes(name) || heldBack.rows === 0) continue;
    const own = quantile(await scorer.score(heldBack), 1 - federation.threshold.alertBudget);
    reports.push(cast.attackers.has(name) ? (attack?.report?.(own) ?? own) : own);
  }
  return thresholdOf(reports, federation.checks.outliers).threshold;
}

interface TestScores {
  readonly auroc: number;
  readonly ap: number;
  readonly fpr: number;
  readonly tpr: number;
  readonly families: ReadonlyMap<string, number>;
}

async function scoreTest(
  data: LabData,
  { rows, labels }: LabelledRows,
  scorer: Scorer,
  threshold: number,
): Promise<TestScores> {
  const scores = await scorer.score(rows);
  const anomalous = Uint8Array.from(labels, (label) => Number(label !== NORMAL));
  const { fpr, tpr } = confusion(anomalous, scores, threshold);
  const present = new Set(labels);
  const families = familiesOf(data).filter((name) => present.has(name));
  return {
    auroc: auroc(anomalous, scores),
    ap: averagePrecision(anomalous, scores),
    fpr,
    tpr,
    families: new Map(families.map((name) => [name, aurocOf(name, labels, scores)])),
  };
}

function aurocOf(family: string, labels: readonly string[], scores: Float32Array): number {
  const rows = labels.flatMap((label, at) => (label === NORMAL || label === family ? [at] : []));
  return auroc(
    rows.map((at) => Number(labels[at] === family)),
    rows.map((at) => scores[at] ?? 0),
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
