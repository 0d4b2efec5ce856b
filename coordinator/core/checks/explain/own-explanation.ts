/**
 * What a member may see of the evidence about its own update. It learns every number about itself; of the others it
 * learns how the cohort lies as a whole, never who is who, and nothing of the canaries: with their labels it could train
 * around them.
 */
import type { ExplainedFinding, UpdateExplanation } from './explain-update.ts';
import { ownFinding, ownVerdict } from './own-verdict.ts';

type Hidden = 'distances' | 'nearest' | 'effects' | 'audit' | 'findings' | 'verdict';

export interface OwnExplanation extends Omit<UpdateExplanation, Hidden> {
  readonly verdict: { readonly decision: string; readonly code?: string; readonly message: string };
  readonly findings: readonly ExplainedFinding[];
  /** Distances to the others, nearest first, without names. */
  readonly distances: readonly number[];
}

export function ownExplanation(explanation: UpdateExplanation): OwnExplanation {
  const { distances, nearest: _, effects: __, audit: ___, findings, verdict, ...own } = explanation;
  const others = distances.map(({ member }) => member);
  const { decision, code, message } = ownVerdict(verdict, others);
  return {
    ...own,
    verdict: { decision, ...(code ? { code } : {}), message },
    findings: findings.map((finding) => ownFinding(finding, others)),
    distances: distances.map(({ distance }) => distance).sort((a, b) => a - b),
  };
}
