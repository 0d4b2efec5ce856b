import type { Command } from 'commander';
import { Refusal } from '../../shared/refusal.ts';
import { wholeNumber } from '../../shared/terminal/number-arguments.ts';
import { oneLine, say } from '../../shared/terminal/run-program.ts';
import { type Column, table } from '../../shared/terminal/table.ts';
import { wrapped } from '../../shared/terminal/wrap.ts';
import type { MemberRecord } from '../../shared/wire/generated/vedette/v1/MemberRecord.ts';
import type { StandingAction } from '../core/commands.ts';
import { asOperator, CONTROL } from './connect.ts';
import { type Common, withCommon } from './options.ts';

/** What the wire carries. */
const MAX_UINT32 = 2 ** 32 - 1;
/** No command answers the appeal of a member that counts: its note is shown so long. */
const ACTIVE_APPEAL_SHOWN_MS = 7 * 86_400_000;

interface MemberColumn extends Column<MemberRecord> {
  /** Left out where no member has anything to show: the table is to fit a terminal. */
  readonly neededBy?: (record: MemberRecord) => boolean;
}

const COLUMNS: readonly MemberColumn[] = [
  { heading: 'MEMBER', show: ({ member }) => member },
  { heading: 'ROLE', show: ({ role }) => role },
  { heading: 'STANDING', show: ({ standing }) => standing },
  { heading: 'REPUTATION', show: reputationOf, align: 'right' },
  { heading: 'OUTLIERS', show: outliersOf, align: 'right' },
  {
    heading: 'SHADOW',
    show: shadowOf,
    align: 'right',
    neededBy: ({ conduct }) => Boolean(conduct?.quarantinedSince),
  },
  { heading: 'ONLINE', show: ({ following }) => (following ? 'yes' : '–') },
  { heading: 'MODEL', show: ({ modelVersion }) => (modelVersion ? `v${modelVersion}` : '–'), align: 'right' },
  { heading: 'ACCEPTED', show: ({ accepted }) => String(accepted), align: 'right' },
  { heading: 'REFUSED', show: ({ refused }) => String(refused), align: 'right' },
  {
    heading: 'BOUND',
    show: ({ maxSamples }) => (maxSamples ? String(maxSamples) : 'default'),
    align: 'right',
    neededBy: ({ maxSamples }) => maxSamples > 0,
  },
  { heading: 'KEY', show: ({ did }) => `…${did.slice(-12)}` },
];

/** Only members send updates that a reputation could come of. */
function reputationOf({ role, conduct }: MemberRecord): string {
  return role === 'member' && conduct ? conduct.reputation.toFixed(3) : '–';
}

/** Outlier rounds of those judged since it was last active. */
function outliersOf({ role, conduct }: MemberRecord): string {
  return role === 'member' && conduct ? `${conduct.outlierRounds.length}/${conduct.judgedRounds}` : '–';
}

/** Clean rounds in quarantine, of those that release. */
function shadowOf({ conduct, cleanShadowRoundsNeeded: needed }: MemberRecord): string {
  return conduct?.quarantinedSince ? `${conduct.cleanShadowRounds}/${needed || '∞'}` : '–';
}

function columnsFor(members: readonly MemberRecord[]): MemberColumn[] {
  return COLUMNS.filter(({ neededBy }) => !neededBy || members.some(neededBy));
}

function withNotes(text: string, notes: readonly string[]): string {
  return notes.length > 0 ? [text, '', ...notes.map((note) => wrapped(note))].join('\n') : text;
}

/** What waits for an operator, a line each. */
export function notesOf({ member, standing, conduct }: MemberRecord, nowMs: number): string[] {
  if (!conduct) return [];
  const { reason, appeal, appealedAt, recommendation } = conduct;
  const isOut = standing === 'quarantined' || standing === 'suspended';
  return [
    ...(isOut ? [`${member} is ${standing}: ${reason || 'no reason given'}`] : []),
    ...(recommendation
      ? [`${member}: ${recommendation.to} is advised (${recommendation.because}): ${recommendation.reason}`]
      : []),
    ...(appeal && waitsForAnswer(standing, Date.parse(appealedAt), nowMs)
      ? [`${member} appeals (${appealedAt}): ${oneLine(appeal)}`]
      : []),
  ];
}

/** A revocation is for good; whoever is out waits until it is active again. */
function waitsForAnswer(standing: string, appealedAtMs: number, nowMs: number): boolean {
  if (standing === 'revoked') return false;
  return standing !== 'active' || nowMs - appealedAtMs < ACTIVE_APPEAL_SHOWN_MS;
}

const ACTIONS: Record<StandingAction, string> = {
  approve: 'let a member that has joined take part',
  suspend: 'stop a member from taking part; its pending update is withdrawn',
  quarantine: 'go on judging the updates of a member, at weight 0',
  release: 'let the updates of a member in quarantine count again',
  reinstate: 'let a suspended member, or one in quarantine, take part again',
  revoke: 'end an enrolment for good: open calls are cut, pending updates withdrawn',
  undo: 'put a member back to where it stood before its last change of standing, whoever made it',
};

const EXAMPLES: Record<StandingAction, string> = {
  approve: "vedette-coordinator members approve bank-a --max-samples 10000 --reason 'key compared'",
  suspend: "vedette-coordinator members suspend bank-a --reason 'its updates are refused since run-2'",
  quarantine: "vedette-coordinator members quarantine bank-a --reason 'its log is being cleaned up'",
  release: "vedette-coordinator members release bank-a --reason 'ten clean rounds'",
  reinstate: 'vedette-coordinator members reinstate bank-a',
  revoke: "vedette-coordinator members revoke bank-a --reason 'left the consortium'",
  undo: "vedette-coordinator members undo bank-a --reason 'a fault of ours'",
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
      withNotes(
        table(reply.members, columnsFor(reply.members), 'nobody has joined yet; make an invite'),
        reply.members.flatMap((record) => notesOf(record, Date.now())),
      ),
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
  command.action((names: string[], options: Common & Change) => changeStandings(action, names, options));
}

interface Change {
  readonly reason?: string;
  readonly maxSamples?: number;
}

/** Nothing is done when a name is unknown; one given twice is meant once. What was done before another refusal is told all the same. */
async function changeStandings(
  action: StandingAction,
  given: readonly string[],
  options: Common & Change,
): Promise<void> {
  const names = [...new Set(given)];
  const { reason = '', maxSamples = 0 } = options;
  const changed: MemberRecord[] = [];
  try {
    await asOperator(options, async (connection) => {
      const { members } = await connection.unary(CONTROL.Members, {});
      requireKnown(names, members);
      for (const member of names)
        changed.push(await connection.unary(CONTROL.ChangeStanding, { member, action, reason, maxSamples }));
    });
  } finally {
    if (changed.length > 0)
      say(options.json, changed, () => changed.map((record) => changedText(action, record)).join('\n'));
  }
}

function requireKnown(names: readonly string[], members: readonly MemberRecord[]): void {
  const unknown = names.filter((name) => !members.some(({ member }) => member === name));
  if (unknown.length === 0) return;
  const named = unknown.map((name) => JSON.stringify(name.slice(0, 80))).join(', ');
  throw new Refusal('member_unknown', `no member is called ${named}; nothing was changed`);
}

/** The undoing is the newest change; what it took back is the one before. */
function changedText(action: StandingAction, { member, standing, conduct }: MemberRecord): string {
  const undone = action === 'undo' ? conduct?.changes.at(-2) : undefined;
  const what = undone ? `; took back: ${undone.from} → ${undone.to} by ${undone.by}, ${undone.at}` : '';
  return `${member} is ${standing}${what}`;
}
