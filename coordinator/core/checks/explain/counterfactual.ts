/** What would have had to be otherwise for an update to be let in. */
import type { Finding } from '../../../../shared/verdict.ts';
import type { SizePolicy } from '../size-policy.ts';

/** What one failed check would have let pass. */
export interface Requirement {
  readonly check: string;
  readonly value: number;
  /** The nearest value that passes; absent where the check has no scale. */
  readonly passesAt?: number;
  /** `passesAt` / `value`, where both have a sign in common and it is finite: 0.2 says a fifth of it. */
  readonly ratio?: number;
}

export interface Counterfactual {
  readonly requirements: readonly Requirement[];
  /** In words, what of it would have been enough; empty for an update that was let in by every check. */
  readonly enough: string;
}

interface Judged extends Finding {
  readonly kind?: string;
  readonly decisive?: boolean;
}

export function counterfactualOf(findings: readonly Judged[], { signals }: SizePolicy): Counterfactual {
  const failed = findings.filter(({ passed }) => !passed);
  return { requirements: failed.map(requirementOf), enough: enoughOf(failed, signals) };
}

function requirementOf({ check, value, bound }: Finding): Requirement {
  const passesAt = nearestPassing(value, bound);
  if (passesAt === undefined) return { check, value };
  const ratio = passesAt / value;
  return Number.isFinite(ratio) && ratio > 0 ? { check, value, passesAt, ratio } : { check, value, passesAt };
}

function nearestPassing(value: number, bound: Finding['bound']): number | undefined {
  if (bound === undefined) return undefined;
  if (typeof bound === 'number') return bound;
  const [least, most] = bound;
  return value < least ? least : most;
}

function enoughOf(failed: readonly Judged[], signals: SizePolicy['signals']): string {
  if (failed.length === 0) return '';
  const alone = failed.filter(({ kind, decisive }) => kind === undefined || decisive);
  const others = [...new Set(failed.flatMap((one) => (alone.includes(one) || !one.kind ? [] : [one.kind])))];
  const atDoor = failed.some(({ kind }) => kind === undefined);
  if (signals === 0 && !atDoor) return 'nothing: a cohort of so few keeps no update out by itself';
  const parts = [
    ...(alone.length > 0 ? [`${listed(alone)} had to pass, which decides alone`] : []),
    ...(signals > 0 && others.length >= signals
      ? [
          `${others.length - signals + 1} of ${others.sort().join(', ')} had to pass: ${signals} kinds that agree decide`,
        ]
      : []),
  ];
  return parts.length > 0 ? parts.join('; ') : 'nothing: too few signals agree to keep it out';
}

function listed(findings: readonly Finding[]): string {
  return [...new Set(findings.map(({ check }) => check))].join(', ');
}
