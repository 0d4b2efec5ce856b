/**
 * A verdict as its member may read it. Some findings are about other members too, copies and pairs above all: they say
 * so without the names. A check on canaries that passed says only its number: its words name the canaries.
 */
import type { Finding, Verdict } from '../../../../shared/verdict.ts';
import type { Detector } from '../detectors/detector.ts';
import { DETECTORS } from '../detectors/registry.ts';

/** Kinds of checks whose words name members; the others' words may hold a member's name by chance. */
const NAMING: ReadonlySet<Detector['kind']> = new Set(['copy', 'canary']);

/** `others`: ids of the members who are not to be named. */
export function ownVerdict(verdict: Verdict, others: readonly string[]): Verdict {
  const findings = verdict.findings.map((finding) => ownFinding(finding, others));
  // A verdict repeats the words of the finding that decided it.
  const told = new Map(
    verdict.findings.map(({ message }, at) => [message, findings[at]?.message ?? message]),
  );
  const message = [...told].reduce((text, [from, to]) => text.replace(from, () => to), verdict.message);
  return { ...verdict, message, findings };
}

export function ownFinding<F extends Finding>(finding: F, others: readonly string[]): F {
  const kind = DETECTORS.find(({ name }) => name === finding.check)?.kind;
  if (kind === undefined || !NAMING.has(kind)) return finding;
  const message =
    kind === 'canary' && finding.passed
      ? 'passed; what it was held against is not told'
      : withoutNames(finding.message, others);
  return { ...finding, message };
}

/** A member's id is lower-case letters, digits and hyphens: as a word of its own it is a name. */
function withoutNames(message: string, others: readonly string[]): string {
  if (others.length === 0) return message;
  return message.replaceAll(
    new RegExp(`(?<![a-z0-9-])(?:${others.join('|')})(?![a-z0-9-])`, 'g'),
    'another member',
  );
}
