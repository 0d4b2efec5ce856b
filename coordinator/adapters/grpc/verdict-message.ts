import { REFUSALS } from '../../../shared/refusal.ts';
import type { Finding, Verdict } from '../../../shared/verdict.ts';
import type { Verdict as VerdictMessage } from '../../../shared/wire/generated/vedette/v1/Verdict.ts';

/** A verdict as it goes over the wire, with what to do about it. */
export function verdictMessage({ decision, code, message, findings }: Verdict): VerdictMessage {
  return {
    decision,
    code: code ?? '',
    message,
    resolve: code ? REFUSALS[code].resolve : '',
    findings: findings.map(findingMessage),
  };
}

function findingMessage({
  check,
  value,
  bound,
  passed,
  code,
  message,
}: Finding): VerdictMessage['findings'][number] {
  const [low, high] =
    typeof bound === 'object' ? bound : [Number.NEGATIVE_INFINITY, bound ?? Number.POSITIVE_INFINITY];
  return { check, value, low, high, passed, code: code ?? '', message };
}
