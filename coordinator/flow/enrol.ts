import {
  encodeInvite,
  type InviteRole,
  inviteSecretDigest,
  makeInviteSecret,
} from '../../shared/identity/invite.ts';
import type { SpiffeId } from '../../shared/identity/spiffe-id.ts';
import { Refusal } from '../../shared/refusal.ts';
import type { Member } from '../core/state.ts';
import type { Certificates } from '../ports/certificates.ts';
import { type Context, federationOf } from './context.ts';

/** Nodes of one member are told apart by number; one node a member for now. */
const NODE = 1;
const MS_PER_HOUR = 3_600_000;

/** Issues an invite: the string is shown once, the journal keeps only the hash of its secret. */
export async function invite(
  context: Context,
  request: { name: string; role: InviteRole; hours: number; by: string; endpoint: string; caPem: string },
): Promise<{ invite: string; expiresAt: string }> {
  const { desk, clock, publisher } = context;
  const secret = makeInviteSecret();
  const secretHash = inviteSecretDigest(secret);
  const id = secretHash.slice(0, 16);
  await desk.dispatch({
    type: 'issue-invite',
    invite: id,
    name: request.name,
    role: request.role,
    secretHash,
    validMs: request.hours * MS_PER_HOUR,
    nowMs: clock.now(),
    by: request.by,
  });
  const expiresAt = desk.state.invites.get(id)?.expiresAt ?? '';
  const text = encodeInvite({
    federation: federationOf(context).federation,
    endpoint: request.endpoint,
    name: request.name,
    role: request.role,
    secret,
    caPem: request.caPem,
    coordinator: publisher.identity.did,
    expiresAt,
  });
  return { invite: text, expiresAt };
}

/** Spends an invite for a key. The same key may ask again after a cut and gets a fresh certificate. */
export async function join(
  context: Context,
  certificates: Certificates,
  request: { did: string; secret: string; csrPem: string },
): Promise<{ member: Member; certificatePem: string }> {
  const { desk, clock } = context;
  const secretHash = inviteSecretDigest(request.secret);
  await desk.dispatch({ type: 'join', secretHash, did: request.did, nowMs: clock.now() });
  return {
    member: memberOf(context, request.did),
    certificatePem: await certify(context, certificates, request.did, request.csrPem),
  };
}

/** A fresh certificate for an enrolled key that is not revoked. */
export async function certify(
  context: Context,
  certificates: Certificates,
  did: string,
  csrPem: string,
): Promise<string> {
  const { desk, clock } = context;
  const member = memberOf(context, did);
  if (member.standing === 'revoked') {
    throw new Refusal('member_not_active', `${member.id} is revoked`, { standing: member.standing });
  }
  const issued = await certificates.signCsr(
    csrPem,
    certificateName(federationOf(context).federation, member),
    clock.now(),
  );
  await desk.dispatch({
    type: 'record-certificate',
    member: member.id,
    fingerprint: issued.fingerprint,
    notAfter: new Date(issued.notAfter).toISOString(),
  });
  return issued.pem;
}

function certificateName(federation: string, member: Member): SpiffeId {
  return member.role === 'operator'
    ? { role: 'operator', federation, id: member.id }
    : { role: 'member', federation, id: member.id, node: NODE };
}

function memberOf({ desk }: Context, did: string): Member {
  const member = desk.state.members.get(desk.state.dids.get(did) ?? '');
  if (!member) throw new Refusal('member_unknown', 'the key that signed this request is not enrolled here');
  return member;
}
