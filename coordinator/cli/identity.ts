import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { caFingerprint } from '../../shared/identity/invite.ts';
import { loadKey } from '../../shared/identity/keys.ts';
import { Refusal } from '../../shared/refusal.ts';
import { say } from '../../shared/terminal/run-program.ts';
import { homeOf } from '../config.ts';
import { type Common, withHome } from './options.ts';

/** What partners compare over the telephone before they trust an invite. */
export function addIdentityCommand(program: Command): void {
  withHome(program.command('identity'), 'vedette-coordinator identity')
    .description('the fingerprint of the CA and the coordinator’s keys, to compare with partners')
    .action(async (options: Common) => {
      const identity = await identityOf(options.home);
      say(options.json, identity, () =>
        [
          `CA fingerprint  ${identity.caFingerprint}`,
          `signs as        ${identity.coordinator}`,
          `publishes as    ${identity.publisher}`,
        ].join('\n'),
      );
    });
}

async function identityOf(
  folder: string,
): Promise<{ caFingerprint: string; coordinator: string; publisher: string }> {
  const home = homeOf(folder);
  return {
    caFingerprint: caFingerprint(readCertificate(home.caCertificate)),
    coordinator: (await loadKey(home.keys.coordinator, 'coordinator')).did,
    publisher: (await loadKey(home.keys.publisher, 'publisher')).did,
  };
}

function readCertificate(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new Refusal('home_missing', `there is no ${path}`, { path });
  }
}
