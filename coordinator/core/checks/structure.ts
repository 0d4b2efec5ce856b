import type { StructureFinding } from '../../../shared/learning/family.ts';
import type { RefusalFacts } from '../../../shared/refusal.ts';
import type { Finding } from '../../../shared/verdict.ts';

/** What the inspection of an update's bytes found wrong, as evidence: only finite numbers can stand in the journal. */
export function structureFinding({ code, message, facts }: StructureFinding): Finding {
  const seen = {
    check: 'structure',
    value: finite(facts.value ?? facts.bytes) ?? 0,
    passed: false,
    code,
    message,
  };
  const bound = boundOf(facts);
  return bound === undefined ? seen : { ...seen, bound };
}

function boundOf({ bound, low, high }: RefusalFacts): Finding['bound'] {
  const least = finite(low);
  const most = finite(high);
  return least !== undefined && most !== undefined ? [least, most] : finite(bound);
}

function finite(fact: RefusalFacts[string] | undefined): number | undefined {
  return typeof fact === 'number' && Number.isFinite(fact) ? fact : undefined;
}
