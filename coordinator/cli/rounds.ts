import { type Command, InvalidArgumentError } from 'commander';
import type { RuleSpec } from '../../shared/federation/schema.ts';
import { Refusal } from '../../shared/refusal.ts';
import { wholeNumber } from '../../shared/terminal/number-arguments.ts';
import { printable, say } from '../../shared/terminal/run-program.ts';
import { type Column, table } from '../../shared/terminal/table.ts';
import { wrapped } from '../../shared/terminal/wrap.ts';
import type { RoundDetail } from '../../shared/wire/generated/vedette/v1/RoundDetail.ts';
import type { RoundRecord } from '../../shared/wire/generated/vedette/v1/RoundRecord.ts';
import type { RoundUpdate } from '../../shared/wire/generated/vedette/v1/RoundUpdate.ts';
import type { UpdateExplanation } from '../core/checks/explain/explain-update.ts';
import type { RoundVerification } from '../flow/verify-round.ts';
import { asOperator, CONTROL } from './connect.ts';
import { evidenceText } from './evidence-text.ts';
import { withJournal } from './journal-source.ts';
import { type Common, withCommon } from './options.ts';
import { shadowSeats, verdictWords } from './verdict-words.ts';
import { watchRounds } from './watch.ts';

/** Numbers of rounds are 32 bits wide on the wire. */
const roundNumber = wholeNumber(0, 2 ** 32 - 1);

const COLUMNS: readonly Column<RoundRecord>[] = [
  {
    heading: 'ROUND',
    show: ({ round, attempt }) => (attempt > 1 ? `${round}.${attempt}` : String(round)),
    align: 'right',
  },
  { heading: 'RUN', show: ({ run }) => run },
  { heading: 'STEP', show: ({ step }) => step },
  { heading: 'OUTCOME', show: ({ outcome }) => outcome },
  { heading: 'ACCEPTED', show: ({ accepted, cohort }) => `${accepted}/${cohort}`, align: 'right' },
  {
    heading: 'LEFT OUT',
    show: ({ refused }) => refused.map(({ name, code }) => `${name} (${code})`).join(', ') || '–',
  },
  { heading: 'SECONDS', show: ({ seconds }) => seconds.toFixed(2), align: 'right' },
];

/** An update, and whether its member had a seat in shadow. */
type SeatedUpdate = RoundUpdate & { readonly inShadow: boolean };

/** The number behind a code is below the table, which is to fit a terminal. */
const UPDATE_COLUMNS: readonly Column<SeatedUpdate>[] = [
  { heading: 'MEMBER', show: ({ name }) => name },
  { heading: 'VERDICT', show: wordsOf },
  { heading: 'SAMPLES', show: ({ samples }) => String(samples), align: 'right' },
  { heading: 'NORM', show: ({ norm }) => norm.toPrecision(4), align: 'right' },
  { heading: 'WEIGHT', show: ({ appliedWeight }) => appliedWeight.toFixed(4), align: 'right' },
  { heading: 'UPDATE', show: ({ update }) => update.slice(0, 12) },
  { heading: 'ENTRY', show: ({ index }) => String(index), align: 'right' },
  { heading: 'WHY', show: ({ verdict }) => verdict?.code ?? '' },
];

export function addRoundCommands(program: Command): void {
  const rounds = program.command('rounds').description('runs and their rounds');

  withCommon(
    rounds.command('open').description('open a run: all its rounds, up to a promoted model'),
    'vedette-coordinator rounds open && vedette-coordinator rounds watch --until-idle',
  ).action(async (options: Common) => {
    const reply = await asOperator(options, (connection) => connection.unary(CONTROL.OpenRun, {}));
    say(
      options.json,
      reply,
      () =>
        `${reply.run} is open: ${reply.rounds} rounds from round ${reply.firstRound}; follow with rounds watch`,
    );
  });

  withCommon(
    rounds.command('list', { isDefault: true }).description('the newest rounds'),
    'vedette-coordinator rounds --limit 10',
  )
    .option('--from <round>', 'from this round on', roundNumber, 0)
    .option('--limit <n>', 'how many', roundNumber, 50)
    .action(async (options: Common & { from: number; limit: number }) => {
      const { from: fromRound, limit } = options;
      const reply = await asOperator(options, (connection) =>
        connection.unary(CONTROL.Rounds, { fromRound, limit }),
      );
      say(
        options.json,
        reply,
        () => `${table(reply.rounds, COLUMNS, 'no round yet')}\n${stateLine(reply.run, reply.phase)}`,
      );
    });

  withCommon(
    rounds.command('show').description('one round: every update, its verdict and the evidence'),
    'vedette-coordinator rounds show 4 --update mail',
  )
    .argument('<round>', 'its number', roundNumber)
    .option('--update <id>', 'everything measured of one update: a member, or (the beginning of) a digest')
    .action(async (round: number, options: Common & { update?: string }) => {
      const { update } = options;
      if (update !== undefined) return showUpdate(options, round, update);
      const reply = await asOperator(options, (connection) => connection.unary(CONTROL.Round, { round }));
      say(options.json, reply, () => detailText(reply));
    });

  withCommon(rounds.command('verify'), 'vedette-coordinator rounds verify 1-20')
    .argument('[rounds]', 'a number, or a range; without it --all', roundRange)
    .option('--all', 'every round there is')
    .description(
      'recompute measures, verdicts, weights and the next base from the members’ updates, bit for bit (on the coordinator’s host)',
    )
    .action((range: Range | undefined, options: Common & { all?: boolean }) => verify(options, range));

  withCommon(
    rounds.command('watch').description('follow the rounds of the newest run as they go by, until stopped'),
    'vedette-coordinator rounds watch --until-idle',
  )
    .option('--until-idle', 'stop where that run ends, at once where it is over')
    .action((options: Common & { untilIdle?: boolean }) => watchRounds(options));

  withCommon(
    rounds.command('abort').description('end the run under way; nothing of it is promoted'),
    "vedette-coordinator rounds abort --reason 'wrong day'",
  )
    .option('--reason <text>', 'kept in the journal')
    .action(async (options: Common & { reason?: string }) => {
      const reply = await asOperator(options, (connection) =>
        connection.unary(CONTROL.AbortRun, { reason: options.reason ?? '' }),
      );
      say(options.json, reply, () => `${reply.run} was aborted`);
    });
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** `4` or `1-20`. */
function roundRange(text: string): Range {
  const [first = '', last = first, ...more] = text.split('-');
  const range = { from: roundNumber(first), to: roundNumber(last) };
  if (more.length === 0 && range.from <= range.to) return range;
  throw new InvalidArgumentError('a round or a range such as 1-20 is expected');
}

async function showUpdate(options: Common, round: number, update: string): Promise<void> {
  const { json } = await asOperator(options, (connection) =>
    connection.unary(CONTROL.Evidence, { round, update }),
  );
  const explanation = JSON.parse(json) as UpdateExplanation;
  say(options.json, explanation, () => evidenceText(explanation));
}

function verify(options: Common & { all?: boolean }, range: Range | undefined): Promise<void> {
  if (!range && !options.all) throw new Refusal('usage', 'name a round or a range, or pass --all');
  if (range && options.all) throw new Refusal('usage', 'name a round or a range, or pass --all: not both');
  return withJournal(options, async (journal) => {
    // Loaded here: no other command computes.
    const { recomputeRounds } = await import('./recompute.ts');
    const verified = await recomputeRounds(options, journal, range);
    say(options.json, { rounds: verified }, () => verified.map(verifiedText).join('\n'));
  });
}

function verifiedText({ round, attempt, outcome, updates, evidence, base }: RoundVerification): string {
  const name = attempt > 1 ? `round ${round}, attempt ${attempt},` : `round ${round}`;
  const screened = evidence
    ? `${updates} updates give the same measures, verdicts and evidence ${evidence.slice(0, 16)}`
    : 'it has no evidence to compare';
  const next = base
    ? `, the same weights, aggregate and next base ${base.slice(0, 16)}`
    : `; it was ${outcome}`;
  return `${name} holds: ${screened}${next}`;
}

function stateLine(run: string, phase: string): string {
  return run ? `${run} is ${phase}` : 'no run is under way';
}

/** `trimmed-mean (trim 2) after nnm`, from the rule's JSON. */
function ruleText(json: string): string {
  const { before = [], ...spec } = JSON.parse(json) as RuleSpec;
  const named = [spec, ...before].map(({ rule, ...options }) => {
    const told = Object.entries(options).map(([name, value]) => `${name} ${value}`);
    return told.length > 0 ? `${rule} (${told.join(', ')})` : rule;
  });
  const [own = '', ...first] = named;
  return first.length > 0 ? `${own} after ${first.join(', ')}` : own;
}

function wordsOf({ verdict, inShadow }: SeatedUpdate): string {
  return verdict ? verdictWords(verdict, inShadow) : '';
}

/** A round, for a reader of a terminal of 100 columns. */
export function detailText({ round, updates, waiting, rule, entries }: RoundDetail): string {
  if (!round) return 'no such round';
  const opened = entries.findLast(({ type }) => type === 'round_opened');
  const shadow = opened ? shadowSeats(opened) : new Set<string>();
  const seated = updates.map((update) => ({ ...update, inShadow: shadow.has(update.member) }));
  return [
    `round ${round.round} of ${round.run}, step ${round.step}, attempt ${round.attempt}: ${round.outcome}`,
    `  opened ${round.openedAt}, ${round.seconds.toFixed(2)} s, ${round.accepted} of ${round.cohort} updates in the aggregate`,
    `  base   ${round.base}`,
    ...(round.result ? [`  result ${round.result} by ${ruleText(rule)}`] : []),
    ...(waiting.length > 0 ? [wrapped(`  waiting for ${waiting.join(', ')}`)] : []),
    '',
    table(seated, UPDATE_COLUMNS, 'no update yet'),
    ...seated.flatMap(whyText),
  ].join('\n');
}

/** What was found of one update, a finding a line; where nothing was, the words of its verdict. */
function whyText(update: SeatedUpdate): string[] {
  const { name, verdict } = update;
  if (!verdict || (verdict.findings.length === 0 && !verdict.code)) return [];
  const findings = verdict.findings.map(
    ({ passed, check, message }) => `  ${passed ? 'passed' : 'FAILED'}  ${check}: ${printable(message)}`,
  );
  const lines = findings.length > 0 ? findings : [`  ${printable(verdict.message)}`];
  const resolve = verdict.resolve ? [`  → ${verdict.resolve}`] : [];
  return ['', `${name}: ${wordsOf(update)}`, ...[...lines, ...resolve].map((line) => wrapped(line))];
}
