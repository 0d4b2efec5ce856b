/** Updates that passed the door, held against each other. Each check is a file beside this one. */
import type { Federation } from '../../../shared/federation/schema.ts';
import type { Finding, Verdict } from '../../../shared/verdict.ts';
import { judgeCanary } from './canary-gate.ts';
import { judgeNorms, medianOf } from './norm-gate.ts';

export interface Screened {
  readonly refused: readonly { readonly member: string; readonly verdict: Verdict }[];
  readonly medianNorm: number;
}

/**
 * Refuses the outliers of a cohort. `canary` holds AUROC on the canary set by member, where the step can be judged
 * that way. An update is out as soon as one check says so; the verdict carries every finding, passed or not.
 */
export function screenCohort(
  cohort: readonly { readonly member: string; readonly norm: number }[],
  checks: Federation['checks'],
  canary: ReadonlyMap<string, number> | undefined,
): Screened {
  const findings = new Map<string, Finding[]>(cohort.map(({ member }) => [member, []]));
  for (const { member, finding } of judgeNorms(cohort, checks.norm)) findings.get(member)?.push(finding);
  if (canary) for (const { member, finding } of judgeCanary(canary)) findings.get(member)?.push(finding);
  const refused = [...findings].flatMap(([member, seen]) => {
    const failed = seen.find((finding) => !finding.passed);
    return failed?.code ? [{ member, verdict: rejected(failed.code, failed.message, seen) }] : [];
  });
  return { refused, medianNorm: medianOf(cohort.map(({ norm }) => norm)) };
}

function rejected(code: NonNullable<Finding['code']>, message: string, findings: Finding[]): Verdict {
  return { decision: 'reject', code, message, findings };
}
