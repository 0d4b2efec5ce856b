import type { Command } from 'commander';
import { decodeInvite } from '../../shared/identity/invite.ts';
import { makeKey } from '../../shared/identity/keys.ts';
import { Refusal } from '../../shared/refusal.ts';
import { say } from '../../shared/terminal/run-program.ts';
import { Connection } from '../../shared/wire/connection.ts';
import { ENROLMENT } from '../../shared/wire/protocol.ts';
import { derOf } from './connect.ts';
import { saveProfile } from './operator-profile.ts';
import { type Common, withHome } from './options.ts';

/** Further operators: their keys are made on their own host, as those of members are. */
export function addJoinCommand(program: Command): void {
  withHome(program.command('join <invite>'), 'vedette-coordinator join vedette1.eyJ… --profile ~/bob')
    .description(
      'become a further operator, with an invite of role operator; makes the profile that --profile names elsewhere',
    )
    .requiredOption('--profile <dir>', 'folder for the new profile')
    .action(async (text: string, options: Common & { profile: string }) => {
      const joined = await joinAsOperator(text, options.profile);
      say(
        options.json,
        joined,
        () => `${joined.operator} is an operator of ${joined.federation}; use --profile ${options.profile}`,
      );
    });
}

async function joinAsOperator(
  text: string,
  folder: string,
): Promise<{ federation: string; operator: string; did: string }> {
  const invite = decodeInvite(text, Date.now());
  if (invite.role !== 'operator') {
    throw new Refusal('usage', `the invite is for a ${invite.role}; that one joins with vedette-client join`);
  }
  const { federation, endpoint, caPem } = invite;
  const key = makeKey('operator');
  const transport = makeKey('transport');
  const connection = new Connection({ endpoint, caPem, federation, key });
  try {
    const { makeCsr } = await import('../../shared/identity/csr.ts');
    const csr = derOf(await makeCsr(transport));
    const { member, certificatePem, coordinator } = await connection.unary(ENROLMENT.Join, {
      secret: invite.secret,
      csr,
    });
    if (coordinator !== invite.coordinator) {
      throw new Refusal(
        'coordinator_untrusted',
        `${endpoint} signs as ${coordinator}, the invite names ${invite.coordinator}`,
      );
    }
    const profile = { federation, endpoint, operator: member, did: key.did };
    await saveProfile(folder, { profile, key, transport, certificatePem, caPem });
    return profile;
  } finally {
    connection.close();
  }
}
