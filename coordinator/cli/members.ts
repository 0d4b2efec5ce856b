import type { Command } from 'commander';
import { wholeNumber } from '../../shared/terminal/number-arguments.ts';
import { say } from '../../shared/terminal/run-program.ts';
import { type Column, table } from '../../shared/terminal/table.ts';
import type { MemberRecord } from '../../shared/wire/generated/vedette/v1/MemberRecord.ts';
import type { StandingAction } from '../core/commands.ts';
import { asOperator, CONTROL } from './connect.ts';
import { type Common, withCommon } from './options.ts';

/** What the wire carries. */
const MAX_UINT32 = 2 ** 32 - 1;

const COLUMNS: readonly Column<MemberRecord>[] = [
  { heading: 'MEMBER', show: ({ member }) => member },
  { heading: 'ROLE', show: ({ role }) => role },
  { heading: 'STANDING', show: ({ standing }) => standing },
  { heading: 'ONLINE', show: ({ following }) => (following ? 'yes' : '–') },
  { heading: 'MODEL', show: ({ modelVersion }) => (modelVersion ? `v${modelVersion}` : '–'), align: 'right' },
  { heading: 'ACCEPTED', show: ({ accepted }) => String(accepted), align: 'right' },
  { heading: 'REFUSED', show: ({ refused }) => String(refused), align: 'right' },
  {
    heading: 'BOUND',
    show: ({ maxSamples }) => (maxSamples ? String(maxSamples) : 'default'),
    align: 'right',
  },
  { heading: 'KEY', show: ({ did }) => `…${did.slice(-12)}` },
];

const ACTIONS: Record<StandingAction, string> = {
  approve: 'let a member that has joined take part',
  suspend: 'stop a member from taking part; its pending update is withdrawn',
  reinstate: 'let a suspended member take part again',
  revoke: 'end an enrolment for good: open calls are cut, pending updates withdrawn',
};

const EXAMPLES: Record<StandingAction, string> = {
  approve: "vedette-coordinator members approve bank-a --max-samples 10000 --reason 'key compared'",
  suspend: "vedette-coordinator members suspend bank-a --reason 'its updates are refused since run-2'",
  reinstate: 'vedette-coordinator members reinstate bank-a',
  revoke: "vedette-coordinator members revoke bank-a --reason 'left the consortium'",
};

export function addMemberCommands(program: Command): void {
  const members = program
    .command('members')
    .description('who belongs to the federation, and with which standing');
  withCommon(
    members.command('list', { isDefault: true }).description('every member, integrator and operator'),
    'vedette-coordinator members',
  ).action(async (options: Common) => {
    const reply = await asOperator(options, (connection) => connection.unary(CONTROL.Members, {}));
    say(options.json, reply.members, () =>
      table(reply.members, COLUMNS, 'nobody has joined yet; make an invite'),
    );
  });
  for (const [action, description] of Object.entries(ACTIONS))
    addAction(members, action as StandingAction, description);

  withCommon(program.command('invite <name>'), 'vedette-coordinator invite bank-a --hours 24')
    .description('make an invite: one string, for one organisation, that works once')
    .option(
      '--role <role>',
      'member trains, integrator only pulls models, operator steers: active as soon as it joins',
      'member',
    )
    .option('--hours <n>', 'hours until it expires', wholeNumber(1, MAX_UINT32), 72)
    .action(async (name: string, options: Common & { role: string; hours: number }) => {
      const { role, hours } = options;
      const reply = await asOperator(options, (connection) =>
        connection.unary(CONTROL.Invite, { name, role, hours }),
      );
      say(options.json, reply, () => reply.invite);
      if (!options.json)
        process.stderr.write(`for ${name} as ${role}, until ${reply.expiresAt}; it works once\n`);
    });
}

function addAction(members: Command, action: StandingAction, description: string): void {
  const command = withCommon(
    members.command(`${action} <member...>`).description(description),
    EXAMPLES[action],
  ).option('--reason <text>', 'kept in the journal and shown to the member');
  if (action === 'approve')
    command.option(
      '--max-samples <n>',
      'the most samples one update may claim; default: checks.maxSamples of the federation',
      wholeNumber(1),
    );
  command.action(async (names: string[], options: Common & { reason?: string; maxSamples?: number }) => {
    const { reason = '', maxSamples = 0 } = options;
    const changed = await asOperator(options, async (connection) => {
      const records: MemberRecord[] = [];
      for (const member of names) {
        records.push(await connection.unary(CONTROL.ChangeStanding, { member, action, reason, maxSamples }));
      }
      return records;
    });
    say(options.json, changed, () =>
      changed.map(({ member, standing }) => `${member} is ${standing}`).join('\n'),
    );
  });
}
