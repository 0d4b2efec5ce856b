/** How a member votes on a candidate: by what it does to the member's own rows, and to nobody else's. */
import { auroc, quantile } from '../../shared/learning/metrics.ts';

export interface CandidateEvidence {
  /** Scores of the candidate on this site's held-back rows. */
  readonly heldBack: Float32Array;
  /** Scores on the site's known incidents, if it has any. */
  readonly incidents?: Float32Array;
  /** The same rows under the model in use, if there is one. */
  readonly current?: { readonly heldBack: Float32Array; readonly incidents: Float32Array };
}

export interface Bounds {
  /** Share of normal events that may alert, in (0, 0.5). */
  readonly alertBudget: number;
  /** The most AUROC that a candidate may lose. */
  readonly regressionBound: number;
}

export interface Judgement {
  readonly approve: boolean;
  readonly reason: string;
  /** The (1 − alertBudget) quantile of the held-back scores; 0 when they are not finite. */
  readonly p99: number;
  readonly heldBack: number;
}

/** Approves unless the candidate is unusable here, or worse on known incidents than what runs now. */
export function judgeCandidate(evidence: CandidateEvidence, bounds: Bounds): Judgement {
  const { heldBack } = evidence;
  if (!allFinite(heldBack) || (evidence.incidents && !allFinite(evidence.incidents))) {
    return {
      approve: false,
      reason: 'the candidate gives scores that are not finite',
      p99: 0,
      heldBack: heldBack.length,
    };
  }
  const p99 = quantile(heldBack, 1 - bounds.alertBudget);
  const objection = degenerate(heldBack, p99) ?? regression(evidence, bounds.regressionBound);
  const reason = objection ?? `usable on ${heldBack.length} held-back rows`;
  return { approve: objection === undefined, reason, p99, heldBack: heldBack.length };
}

function degenerate(heldBack: Float32Array, p99: number): string | undefined {
  const median = quantile(heldBack, 0.5);
  return p99 > median
    ? undefined
    : `the candidate does not tell rows apart: p99 ${p99} is not above the median ${median}`;
}

function regression({ heldBack, incidents, current }: CandidateEvidence, bound: number): string | undefined {
  if (!incidents || incidents.length === 0 || !current) return undefined;
  const before = separation(current.heldBack, current.incidents);
  const now = separation(heldBack, incidents);
  if (!(before - now > bound)) return undefined;
  return `AUROC on own incidents ${now.toFixed(4)} against ${before.toFixed(4)} of the current model (may lose ${bound})`;
}

/** AUROC of the incidents against the held-back normals. */
function separation(normals: Float32Array, anomalies: Float32Array): number {
  const scores = new Float32Array(normals.length + anomalies.length);
  scores.set(normals);
  scores.set(anomalies, normals.length);
  const labels = new Uint8Array(scores.length).fill(1, normals.length);
  return auroc(labels, scores);
}

function allFinite(scores: Float32Array): boolean {
  return scores.every((score) => Number.isFinite(score));
}
