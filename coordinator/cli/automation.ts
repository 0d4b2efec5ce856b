import type { Command } from 'commander';
import { say } from '../../shared/terminal/run-program.ts';
import { table } from '../../shared/terminal/table.ts';
import { wrapped } from '../../shared/terminal/wrap.ts';
import type { AutomationReply } from '../../shared/wire/generated/vedette/v1/AutomationReply.ts';
import { asOperator, CONTROL } from './connect.ts';
import { type Common, withCommon } from './options.ts';

const SECONDS_PER_HOUR = 3600;

export function addAutomationCommands(program: Command): void {
  const automation = program
    .command('automation')
    .description('what happens to standings by itself, and its brake');
  withCommon(
    automation
      .command('status', { isDefault: true })
      .description('the policy, what the budget still allows, and what waits for an operator'),
    'vedette-coordinator automation',
  ).action((options: Common) => act('status', options));
  withCommon(
    automation.command('pause').description('stop every automatic change of standing, until resumed'),
    "vedette-coordinator automation pause --reason 'a bad release is being rolled back'",
  )
    .option('--reason <text>', 'kept in the journal')
    .action((options: Common & { reason?: string }) => act('pause', options));
  withCommon(
    automation.command('resume').description('let automatic changes of standing happen again'),
    'vedette-coordinator automation resume',
  )
    .option('--reason <text>', 'kept in the journal')
    .action((options: Common & { reason?: string }) => act('resume', options));
}

async function act(
  action: 'status' | 'pause' | 'resume',
  options: Common & { reason?: string },
): Promise<void> {
  const { reason = '' } = options;
  const reply = await asOperator(options, (connection) =>
    connection.unary(CONTROL.Automation, { action, reason }),
  );
  say(options.json, reply, () => automationInWords(reply));
}

/** For a reader of a terminal of 100 columns. */
export function automationInWords(reply: AutomationReply): string {
  const { policy, by, reason, since, quarantines, budget, budgetMs, recommendations } = reply;
  const changed = since ? ` since ${since} by ${by}${reason ? `: ${reason}` : ''}` : '';
  const hours = Number((budgetMs / 1000 / SECONDS_PER_HOUR).toFixed(2));
  return [
    `automation is ${policy?.paused ? 'paused' : 'on'}${changed}`,
    `  mode       ${policy?.mode}`,
    `  quarantine after ${policy?.quarantineAfter} outliers within ${policy?.window} judged rounds`,
    `  release    ${policy?.releaseAfter ? `after ${policy.releaseAfter} clean rounds in a row` : 'by an operator only'}`,
    `  budget     ${quarantines} of ${budget} members quarantined automatically within ${hours} h`,
    '',
    table(
      recommendations,
      [
        { heading: 'MEMBER', show: ({ member }) => member },
        { heading: 'ADVISED', show: ({ recommendation }) => recommendation?.to ?? '' },
        { heading: 'NOT DONE', show: ({ recommendation }) => recommendation?.because ?? '' },
      ],
      'no change of standing waits for an operator',
    ),
    ...recommendations.map(({ member, recommendation }) =>
      wrapped(`  ${member}: ${recommendation?.reason ?? ''}`),
    ),
  ].join('\n');
}
