/** An operator's own folder: key, certificate and where to dial. Made by `init` on the coordinator's host. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { keyToPem, loadKey, type SigningKey, saveKey } from '../../shared/identity/keys.ts';
import { Refusal } from '../../shared/refusal.ts';

const ProfileSchema = z.strictObject({
  federation: z.string(),
  endpoint: z.string(),
  operator: z.string(),
  did: z.string(),
});

export type Profile = z.output<typeof ProfileSchema>;

export interface OperatorIdentity {
  readonly profile: Profile;
  readonly key: SigningKey;
  readonly transport: SigningKey;
  readonly certificatePem: string;
  readonly caPem: string;
}

export async function saveProfile(folder: string, identity: OperatorIdentity): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  await saveKey(join(folder, 'key.pem'), identity.key);
  await saveKey(join(folder, 'transport.pem'), identity.transport);
  saveCertificate(folder, identity.certificatePem);
  writeFileSync(join(folder, 'ca.crt'), identity.caPem);
  writeFileSync(join(folder, 'profile.json'), `${JSON.stringify(identity.profile, null, 2)}\n`, {
    mode: 0o600,
  });
}

export function saveCertificate(folder: string, pem: string): void {
  writeFileSync(join(folder, 'certificate.pem'), pem, { mode: 0o600 });
}

/** Refuses `home_missing` when the folder holds no profile. */
export async function loadProfile(folder: string): Promise<OperatorIdentity> {
  return {
    profile: readProfile(join(folder, 'profile.json')),
    key: await loadKey(join(folder, 'key.pem'), 'operator'),
    transport: await loadKey(join(folder, 'transport.pem'), 'transport'),
    certificatePem: readFileSync(join(folder, 'certificate.pem'), 'utf8'),
    caPem: readFileSync(join(folder, 'ca.crt'), 'utf8'),
  };
}

export function transportPem({ transport }: OperatorIdentity): string {
  return keyToPem(transport);
}

function readProfile(path: string): Profile {
  try {
    return ProfileSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new Refusal('home_missing', `there is no operator profile ${path}`, { path });
    }
    throw new Refusal('config_invalid', `${path}: ${(error as Error).message}`, { path });
  }
}
