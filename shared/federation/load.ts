import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { parseDocument } from 'yaml';
import { Refusal } from '../refusal.ts';
import { type Federation, FederationSchema } from './schema.ts';

/** Parses the YAML text of a federation file. Every error is named with its path, all of them at once. */
export function parseFederation(text: string, source = 'federation file'): Federation {
  const document = parseDocument(text);
  const [syntax] = document.errors;
  if (syntax) throw new Refusal('federation_invalid', `${source}: ${syntax.message}`);
  const federation = validateFederation(document.toJS({ maxAliasCount: 100 }), source);
  requireConsistent(federation, source);
  return federation;
}

/** Of a file only: what a journal was founded with goes on to hold. */
function requireConsistent({ checks: { norm }, standing }: Federation, source: string): void {
  if (norm.low > 1 || norm.high < 1)
    throw inconsistent(
      source,
      'checks.norm',
      `${norm.low} to ${norm.high} times the median leaves out the median itself`,
    );
  if (standing.quarantineAfter > standing.window)
    throw inconsistent(
      source,
      'standing.quarantineAfter',
      `${standing.quarantineAfter} outliers never are among the last ${standing.window} rounds (standing.window)`,
    );
}

function inconsistent(source: string, path: string, why: string): Refusal {
  return new Refusal('federation_invalid', `${source}: ${path}: ${why}`, { path });
}

/** Validates a federation that is already an object, e.g. the one a coordinator announced. */
export function validateFederation(value: unknown, source = 'federation'): Federation {
  const parsed = FederationSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `${issue.path.join('.') || '(top)'}: ${issue.message}`);
  throw new Refusal('federation_invalid', `${source}: ${lines.join('; ')}`, {
    path: lines[0]?.split(':')[0] ?? '',
  });
}

/** SHA-256 of the canonical (RFC 8785) text of a validated federation. */
export function federationDigest(federation: Federation): string {
  return createHash('sha256')
    .update(canonicalize(federation) ?? '')
    .digest('hex');
}
