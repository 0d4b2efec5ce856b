/** From an invitation to an enrolled node. Every step may be repeated: keys made once are used again. */
import { validateFederation } from '../../shared/federation/load.ts';
import { makeCsr } from '../../shared/identity/csr.ts';
import { caFingerprint, type Invite } from '../../shared/identity/invite.ts';
import { Refusal } from '../../shared/refusal.ts';
import { parseConfig, withData } from '../config.ts';
import { type Membership, trustedLogOf } from '../core/membership.ts';
import type { Enrolment, JoinReply } from '../ports/coordinator.ts';
import type { Home } from '../ports/home.ts';
import { derOfPem } from './renew.ts';

/** The data section of client.yaml as `join` was told it. */
export type DataSection = Parameters<typeof withData>[1];

export interface Joined {
  readonly membership: Membership;
  readonly standing: string;
}

/**
 * Enrols. Refuses `home_exists` when the home belongs to another enrolment, `coordinator_untrusted` when whoever
 * answers is not the coordinator of the invite, and what the coordinator refuses.
 */
export async function join(
  home: Home,
  invite: Invite,
  enrol: (enrolment: Enrolment) => Promise<JoinReply>,
  nowMs: number,
): Promise<Joined> {
  await requireFree(home, invite);
  await home.make();
  const key = await home.findOrMakeKey('identity');
  const csr = derOfPem(await makeCsr(await home.findOrMakeKey('transport')));
  const { endpoint, caPem, federation, secret } = invite;
  const reply = await enrol({ endpoint, caPem, federation, key, secret, csr });
  requireInviter(invite, reply);
  trustedLogOf(reply.logKey);
  const definition = validateFederation(JSON.parse(reply.federation), 'the federation announced');
  const membership: Membership = {
    federation,
    endpoint,
    member: reply.member,
    name: reply.name,
    role: invite.role,
    did: key.did,
    coordinator: reply.coordinator,
    logKey: reply.logKey,
    publisher: reply.publisher,
    caFingerprint: caFingerprint(caPem),
    joinedAt: new Date(nowMs).toISOString(),
  };
  await home.save('ca.pem', caPem);
  await home.save('certificate.pem', reply.certificatePem);
  await home.save('federation.json', JSON.stringify(definition));
  // Last: a home with a membership is complete.
  await home.saveMembership(membership);
  return { membership, standing: reply.standing };
}

/** Writes client.yaml, keeping what a site wrote there. Refuses `config_invalid` before anything is changed. */
export async function configure(home: Home, data: DataSection | undefined): Promise<void> {
  const before = await home.configText();
  const text = data ? withData(before, data) : before;
  parseConfig(text, home.folder, home.path('client.yaml'));
  await home.make();
  await home.save('client.yaml', text);
}

async function requireFree(home: Home, invite: Invite): Promise<void> {
  const enrolled = await home.findMembership();
  if (!enrolled) return;
  const isSame = enrolled.coordinator === invite.coordinator && enrolled.name === invite.name;
  if (isSame && enrolled.federation === invite.federation) return;
  throw new Refusal(
    'home_exists',
    `${home.folder} is enrolled as ${enrolled.name} in ${enrolled.federation}`,
    { home: home.folder },
  );
}

function requireInviter(invite: Invite, { coordinator }: JoinReply): void {
  if (coordinator === invite.coordinator) return;
  throw new Refusal(
    'coordinator_untrusted',
    `${invite.endpoint} signs as ${coordinator}, the invite names ${invite.coordinator}`,
  );
}
