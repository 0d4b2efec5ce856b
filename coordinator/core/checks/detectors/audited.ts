/**
 * What the canary audit took out of a round of sums: the members without whom a known
 * anomaly stands out again. The audit itself, with its formula, is in `canary-audit.ts`. Blind to anomalies of which
 * others hold too few canaries.
 */
import type { Finding } from '../../../../shared/verdict.ts';
import type { AuditMeasures, AuditStep } from '../measures.ts';
import { short } from '../statistics/figures.ts';
import type { CohortInput, Detector, Signal } from './detector.ts';

export const CANARY_AUDIT: Detector = {
  name: 'canary-audit',
  looksFor: 'sums that hide a known anomaly',
  source: 'leave-one-out influence (Cook, Technometrics 1977) on ranks of canaries, measured on real data',
  kind: 'canary',
  decisive: true,
  judge: judgeAudited,
};

/** `value` is δ: of the step that took the member out, else of the member alone. */
function judgeAudited({ audit, measures }: CohortInput): readonly Signal[] {
  if (audit === undefined || audit.labels.length === 0) return [];
  return measures.members.flatMap((member) => {
    const finding = findingOf(audit, member);
    return finding ? [{ member, finding }] : [];
  });
}

function findingOf(audit: AuditMeasures, member: string): Finding | undefined {
  const taken = audit.removed.find(({ members }) => members.includes(member));
  const step = taken ?? audit.singles.find(({ members }) => members.includes(member));
  if (step === undefined) return undefined;
  const { bound } = step;
  const message = messageOf(step);
  const seen = { check: CANARY_AUDIT.name, value: step.delta, bound, passed: taken === undefined, message };
  return taken === undefined ? seen : { ...seen, code: 'canary_audit' };
}

/** Names nobody: the member concerned reads it. Who the others of a step are stands in the evidence. */
function messageOf({ members, label, delta, bound }: AuditStep): string {
  const others = ['', ' and another', ' and two others', ' and three others'][members.length - 1] ?? '';
  const without = `without this member${others}`;
  return `${without} the mean rank of ${label} among normal canaries changes by ${delta.toFixed(4)} (bound ${short(bound)})`;
}
