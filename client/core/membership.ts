/** What this node knows of its place in a federation: written once by `join`, read by everything else. */
import { createPublicKey } from 'node:crypto';
import { z } from 'zod';
import { didOf } from '../../shared/identity/did-key.ts';
import type { TrustedLog } from '../../shared/provenance/log-proof.ts';
import { Refusal } from '../../shared/refusal.ts';
import { noteVerifierKey } from '../../shared/transparency/checkpoint.ts';

export const MembershipSchema = z.strictObject({
  federation: z.string(),
  /** `host:port` of the coordinator. */
  endpoint: z.string(),
  /** The member id that the coordinator gave. */
  member: z.string(),
  name: z.string(),
  role: z.enum(['member', 'integrator', 'operator']),
  /** did:key of this node. */
  did: z.string(),
  /** did:key that signs receipts and manifests, pinned by the invite. */
  coordinator: z.string(),
  /** C2SP note verifier key of the journal. */
  logKey: z.string(),
  /** did:key (P-256) that signs model.sig. */
  publisher: z.string(),
  /** Hex SHA-256 of the pinned CA certificate. */
  caFingerprint: z.string(),
  joinedAt: z.string(),
});

export type Membership = z.output<typeof MembershipSchema>;

const ED25519_NOTE_KEY = 0x01;

/** The log behind a C2SP note verifier key `<origin>+<key id>+<base64>`. Refuses `checkpoint_invalid`. */
export function trustedLogOf(noteKey: string): TrustedLog {
  const [origin = '', , ...encoded] = noteKey.split('+');
  // Base64 may itself hold a plus.
  const key = Buffer.from(encoded.join('+'), 'base64');
  if (key[0] !== ED25519_NOTE_KEY || key.length !== 33) throw invalid('it is not an Ed25519 note key');
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: key.subarray(1).toString('base64url') };
  const did = didOf(createPublicKey({ key: jwk, format: 'jwk' }));
  if (noteVerifierKey(origin, did) !== noteKey) throw invalid('its key id does not belong to its key');
  return { origin, did };
}

function invalid(reason: string): Refusal {
  return new Refusal('checkpoint_invalid', `the journal's verifier key cannot be used: ${reason}`);
}
