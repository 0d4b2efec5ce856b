import { readFileSync, statSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HomeFolder } from '../../client/adapters/home/home-folder.ts';
import { configure, join } from '../../client/flow/join.ts';
import type { Enrolment, JoinReply } from '../../client/ports/coordinator.ts';
import { createCaCertificate } from '../../coordinator/adapters/ca/certificate-authority.ts';
import { type Invite, makeInviteSecret } from '../../shared/identity/invite.ts';
import { makeKey } from '../../shared/identity/keys.ts';
import { Refusal } from '../../shared/refusal.ts';
import { noteVerifierKey } from '../../shared/transparency/checkpoint.ts';
import { type DataFolder, dataFolder, smallFederation } from '../support/data-folder.ts';
import { refusalOfAsync } from '../support/refusal-of.ts';

const coordinator = makeKey('coordinator').did;
let folder: DataFolder;
let home: HomeFolder;
let invite: Invite;

beforeEach(async () => {
  folder = dataFolder();
  home = new HomeFolder(`${folder.path}/home`);
  const caPem = await createCaCertificate(makeKey('ca'), 'small', Date.now());
  invite = {
    federation: 'small',
    endpoint: 'localhost:7443',
    name: 'Bank A',
    role: 'member',
    secret: makeInviteSecret(),
    caPem,
    coordinator,
    expiresAt: '2099-01-01T00:00:00.000Z',
  };
});
afterEach(() => folder.remove());

function reply(overrides: Partial<JoinReply> = {}): JoinReply {
  return {
    member: 'bank-a',
    name: 'Bank A',
    standing: 'pending',
    certificatePem: 'certificate',
    federation: JSON.stringify(smallFederation()),
    coordinator,
    logKey: noteVerifierKey('localhost:7443/small', makeKey('log').did),
    publisher: makeKey('publisher').did,
    ...overrides,
  };
}

describe('joining', () => {
  it('stores who this node is, with files that only their owner reads', async () => {
    const { membership, standing } = await join(home, invite, async () => reply(), Date.now());
    expect(standing).toBe('pending');
    expect(await home.membership()).toEqual(membership);
    expect(await home.federation()).toEqual(smallFederation());
    for (const name of ['key.pem', 'transport.pem', 'certificate.pem', 'membership.json']) {
      expect(statSync(home.path(name)).mode & 0o777).toBe(0o600);
    }
  });

  it('uses the same key again after a cut', async () => {
    const keys: string[] = [];
    const cut = async ({ key }: Enrolment): Promise<JoinReply> => {
      keys.push(key.did);
      if (keys.length === 1) throw new Refusal('unavailable', 'cut');
      return reply();
    };
    expect((await refusalOfAsync(() => join(home, invite, cut, 0))).code).toBe('unavailable');
    expect(await home.findMembership()).toBeUndefined();
    await join(home, invite, cut, 0);
    expect(keys[0]).toBe(keys[1]);
  });

  it('may be repeated, but not for another enrolment', async () => {
    await join(home, invite, async () => reply(), 0);
    await join(home, invite, async () => reply(), 0);
    const other = { ...invite, name: 'Bank B' };
    expect((await refusalOfAsync(() => join(home, other, async () => reply(), 0))).code).toBe('home_exists');
  });

  it('refuses a coordinator that signs with another key than the invite names', async () => {
    const stranger = async () => reply({ coordinator: makeKey('coordinator').did });
    expect((await refusalOfAsync(() => join(home, invite, stranger, 0))).code).toBe('coordinator_untrusted');
    expect(await home.findMembership()).toBeUndefined();
  });

  it('sends the secret, a certificate request and nothing of the keys', async () => {
    let sent: Enrolment | undefined;
    await join(
      home,
      invite,
      async (enrolment) => {
        sent = enrolment;
        return reply();
      },
      0,
    );
    expect(sent?.secret).toBe(invite.secret);
    // DER SEQUENCE, as PKCS#10 begins.
    expect(sent?.csr[0]).toBe(0x30);
    expect(readFileSync(home.path('client.yaml').replace('client.yaml', 'key.pem'), 'utf8')).toContain(
      'PRIVATE KEY',
    );
  });

  it('writes client.yaml once and keeps it on the next join without --data', async () => {
    await configure(home, { file: '/srv/events.csv', label: { column: 'label', normal: ['normal'] } });
    await configure(home, undefined);
    expect((await home.config()).data).toMatchObject({
      file: '/srv/events.csv',
      label: { normal: ['normal'] },
    });
  });
});
