/** From the headers of a call to who calls: access table, request token, enrolment, certificate, in this order. */
import type { Metadata } from '@grpc/grpc-js';
import type { VerifiedLeaf } from '../../../shared/identity/client-certificate.ts';
import { ReplayGuard } from '../../../shared/identity/replay-guard.ts';
import { verifyRequestToken } from '../../../shared/identity/request-token.ts';
import { Refusal } from '../../../shared/refusal.ts';
import type { Role } from '../../core/events.ts';
import { type Access, accessTo } from './access.ts';
import type { Caller, Directory } from './caller.ts';

const BEARER = /^Bearer ([!-~]+)$/;

/** What the peer of a connection showed in the handshake: a leaf that holds, why it does not, or nothing. */
export type PeerCertificate = VerifiedLeaf | Refusal | undefined;

export interface Identified {
  /** Empty for methods open to anyone. */
  readonly did: string;
  /** Undefined where a method does not ask for enrolment and the key is not enrolled. */
  readonly caller: Caller | undefined;
  /** End of the right to call, in milliseconds since the epoch. */
  readonly untilMs: number;
  readonly access: Access;
}

export class Authenticator {
  readonly #federation: string;
  readonly #directory: Directory;
  readonly #replays = new ReplayGuard();

  constructor(federation: string, directory: Directory) {
    this.#federation = federation;
    this.#directory = directory;
  }

  /**
   * Refuses `not_permitted`, `token_invalid`, `token_replayed`, `token_flood`, `clock_skew`, `member_unknown`,
   * `member_not_active`, `certificate_invalid` or `certificate_expired`.
   *
   * @param now milliseconds since the epoch
   */
  identify(method: string, metadata: Metadata, certificate: PeerCertificate, now: number): Identified {
    const access = accessTo(method);
    if (access === undefined) throw new Refusal('not_permitted', 'this method is not open to anyone');
    if (access.who === 'anyone')
      return { did: '', caller: undefined, untilMs: Number.POSITIVE_INFINITY, access };
    const token = verifyRequestToken(bearerToken(metadata), { audience: this.#federation, method, now });
    const caller = this.#directory(token.did);
    // Only the enrolled are remembered: a stranger has nothing to replay but a join, and an invite works once.
    if (caller) this.#replays.admit(token, now);
    if (access.who === 'any-key') {
      return { did: token.did, caller, untilMs: Number.POSITIVE_INFINITY, access };
    }
    if (!caller) throw new Refusal('member_unknown', 'the key that signed this request is not enrolled here');
    checkRights(caller, access);
    return {
      did: token.did,
      caller,
      untilMs: checkCertificate(certificate, caller, this.#federation, now),
      access,
    };
  }
}

function bearerToken(metadata: Metadata): string {
  const values = metadata.get('authorization');
  if (values.length !== 1)
    throw new Refusal('token_invalid', `${values.length} authorization headers, expected 1`);
  const token = BEARER.exec(String(values[0]))?.[1];
  if (token === undefined)
    throw new Refusal('token_invalid', 'the authorization header is not of the form Bearer TOKEN');
  return token;
}

function checkRights(caller: Caller, access: Access): void {
  if (!access.roles.includes(caller.role)) {
    throw new Refusal(
      'not_permitted',
      `this call is for ${access.roles.join(', ')}; this key is enrolled as ${caller.role}`,
      {
        role: caller.role,
      },
    );
  }
  if (!access.standings.includes(caller.standing)) {
    throw new Refusal(
      'member_not_active',
      `the standing is ${caller.standing} (needed: ${access.standings.join(' or ')})`,
      {
        standing: caller.standing,
      },
    );
  }
}

/** Returns when the certificate ends, in milliseconds since the epoch. */
function checkCertificate(
  certificate: PeerCertificate,
  caller: Caller,
  federation: string,
  now: number,
): number {
  if (certificate === undefined) {
    throw new Refusal('certificate_invalid', 'no client certificate was shown, and this call needs one');
  }
  if (certificate instanceof Refusal) throw certificate;
  if (now > certificate.notAfter) throw certificateEnded(certificate.notAfter);
  const { role, id } = certificate.name;
  if (certificate.name.federation !== federation || id !== caller.id || role !== certifiedRole(caller.role)) {
    throw new Refusal(
      'certificate_invalid',
      'the certificate and the request token are not of the same party',
    );
  }
  return certificate.notAfter;
}

export function certificateEnded(notAfter: number): Refusal {
  return new Refusal('certificate_expired', `the certificate ended at ${new Date(notAfter).toISOString()}`);
}

/** Certificates know two forms of name; an integrator's node is named like a member's. */
function certifiedRole(role: Role): 'member' | 'operator' {
  return role === 'operator' ? 'operator' : 'member';
}
