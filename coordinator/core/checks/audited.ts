/**
 * What the leave-one and leave-pair-out canary audit took out of a round of sums: the members without whom a known
 * anomaly stands out again. The audit itself, with its formula, is in `canary-audit.ts`. Blind to anomalies of which
 * others hold too few canaries.
 */
import type { Finding } from '../../../shared/verdict.ts';
import type { CohortInput, Detector, Signal } from './detector.ts';
import type { AuditMeasures, AuditStep } from './measures.ts';

export const CANARY_AUDIT: Detector = {
  name: 'canary-audit',
  looksFor: 'sums that hide a known anomaly',
  source: 'leave-one-out influence (Cook, Technometrics 1977) on ranks of canaries, measured on real data',
  kind: 'canary',
  decisive: true,
  judge: judgeAudited,
};

/** `value` is δ: of the step that took the member out, else of the member alone. */
function judgeAudited({ audit, measures, checks }: CohortInput): readonly Signal[] {
  if (audit === undefined || audit.labels.length === 0) return [];
  const bound = checks.audit.threshold;
  return measures.members.flatMap((member) => {
    const finding = findingOf(audit, member, bound);
    return finding ? [{ member, finding }] : [];
  });
}

function findingOf({ removed, singles }: AuditMeasures, member: string, bound: number): Finding | undefined {
  const taken = removed.find(({ members }) => members.includes(member));
  const step = taken ?? singles.find(({ members }) => members.includes(member));
  if (step === undefined) return undefined;
  const message = messageOf(step, member, bound);
  const seen = { check: CANARY_AUDIT.name, value: step.delta, bound, passed: taken === undefined, message };
  return taken === undefined ? seen : { ...seen, code: 'canary_audit' };
}

function messageOf({ members, label, delta }: AuditStep, member: string, bound: number): string {
  const with_ = members.filter((other) => other !== member);
  const without = with_.length === 0 ? 'without this member' : `without this member and ${with_.join(', ')}`;
  return `${without} the mean rank of ${label} among normal canaries changes by ${delta.toFixed(4)} (bound ${bound})`;
}
