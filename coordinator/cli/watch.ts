import { oneLine, printable } from '../../shared/terminal/run-program.ts';
import type { JournalEntry } from '../../shared/wire/generated/vedette/v1/JournalEntry.ts';
import type { DataOf, EventType } from '../core/events.ts';
import { asOperator, CONTROL } from './connect.ts';
import type { Common } from './options.ts';
import { shadowSeats, verdictWords } from './verdict-words.ts';

/** `shadow`: members with a seat in shadow in the round that was opened last. */
type Line<T extends EventType> = (data: DataOf<T>, shadow: ReadonlySet<string>) => string;

const NOBODY: ReadonlySet<string> = new Set();
/** Of a reason that a member gave with its vote; all of it is in the journal. */
const REASON_CHARACTERS = 160;

/** What a person wants to read of an event; events without a line are not shown. */
const LINES: { readonly [T in EventType]?: Line<T> } = {
  run_opened: ({ run, steps, by }) =>
    `${run} opened by ${by}: ${steps.map(({ step, repeat }) => `${repeat} × ${step}`).join(', ')}`,
  round_opened: ({ round, attempt, step, cohort, shadow = [] }) =>
    `round ${round} opened: ${step}, ${cohort.length} asked${shadow.length > 0 ? `, ${shadow.length} in quarantine` : ''}${attempt > 1 ? `, attempt ${attempt}` : ''}`,
  update_judged: ({ round, member, verdict }, shadow) =>
    `round ${round}: ${member} ${verdictWords(verdict, shadow.has(member))} – ${verdict.message}`,
  update_withdrawn: ({ round, member, reason }) => `round ${round}: ${member} withdrawn – ${reason}`,
  collection_closed: ({ round, because }) => `round ${round} collected (${because})`,
  round_aggregated: ({ round, contributions, samples }) =>
    `round ${round} aggregated: ${contributions.length} updates, ${samples} samples`,
  round_abandoned: ({ round, attempt, reason }) => `round ${round} attempt ${attempt} abandoned: ${reason}`,
  candidate_assembled: ({ weights }) => `candidate ${weights.slice(0, 12)}: votes are asked for`,
  vote_received: ({ member, approve, p99, reason }) =>
    `${member} ${approve ? 'approves' : 'objects'} (p99 ${p99.toPrecision(4)})${approve || !reason ? '' : ` – ${cut(reason)}`}`,
  candidate_evaluated: ({ evaluation }) =>
    `evaluated: ${evaluation.reason}, threshold ${evaluation.threshold.toPrecision(6)}${evaluation.passed && evaluation.canary ? `, canary AUROC ${evaluation.canary.auroc.toFixed(4)}` : ''}`,
  candidate_rejected: ({ reason, by }) => `candidate rejected by ${by}: ${reason}`,
  model_promoted: ({ version, weights }) => `model v${version} promoted: ${weights.slice(0, 12)}`,
  model_rolled_back: ({ from, to, by }) => `rolled back from v${from} to v${to} by ${by}`,
  standing_changed: ({ member, from, to, by, reason }) =>
    `${member}: ${from} → ${to} by ${by}${reason ? ` – ${reason}` : ''}`,
  standing_recommended: ({ member, to, because, reason }) =>
    `${member}: ${to} is advised (${because}) – ${reason}`,
  appeal_lodged: ({ member, note }) => `${member} appeals – ${note}`,
  automation_changed: ({ paused, by, reason }) =>
    `automation ${paused ? 'paused' : 'resumed'} by ${by}${reason ? ` – ${reason}` : ''}`,
  member_joined: ({ member, role }) => `${member} joined as ${role}`,
  run_restarted: ({ run, without, reason }) => `${run} begins again without ${without.join(', ')}: ${reason}`,
  run_failed: ({ run, reason }) => `${run} failed: ${reason}`,
  run_aborted: ({ run, reason }) => `${run} aborted: ${reason}`,
};

type OperatorConnection = Parameters<Parameters<typeof asOperator>[1]>[0];

const RUN_ENDS: ReadonlySet<string> = new Set<EventType>([
  'model_promoted',
  'candidate_rejected',
  'run_failed',
  'run_aborted',
]);

/** Prints journal entries as they happen, from the beginning of the newest run. */
export async function watchRounds(options: Common & { untilIdle?: boolean }): Promise<void> {
  await asOperator(options, async (connection) => {
    const { start, end } = await newestRun(connection);
    if (options.untilIdle && start === undefined) {
      process.stderr.write('no run was opened yet\n');
      return;
    }
    const stop = new AbortController();
    process.once('SIGINT', () => stop.abort());
    const entries = connection.serverStream(
      CONTROL.Watch,
      { from: start ?? end, follow: true },
      { signal: stop.signal },
    );
    let shadow = NOBODY;
    try {
      for await (const entry of entries) {
        if (entry.type === 'round_opened') shadow = shadowSeats(entry);
        print(entry, shadow, options.json);
        if (options.untilIdle && (await isOver(connection, entry))) return;
      }
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    }
  });
}

/** Whether nothing more will happen by itself: the run has ended, or its candidate waits for an operator. */
async function isOver(connection: OperatorConnection, { type }: JournalEntry): Promise<boolean> {
  if (RUN_ENDS.has(type)) return true;
  if (type !== 'candidate_evaluated') return false;
  const { phase } = await connection.unary(CONTROL.Rounds, { fromRound: 0, limit: 1 });
  if (phase !== 'deciding') return false;
  process.stderr.write(
    'the candidate waits for an operator (promotion.mode, or fewer than 3 members in it): models promote, or models reject\n',
  );
  return true;
}

/** Journal index of the newest `run_opened`, undefined where there is none, and of the next entry there will be. */
async function newestRun(
  connection: OperatorConnection,
): Promise<{ start: number | undefined; end: number }> {
  let start: number | undefined;
  let end = 0;
  for await (const { type, index } of connection.serverStream(CONTROL.Watch, { from: 0, follow: false })) {
    if (type === 'run_opened') start = index;
    end = index + 1;
  }
  return { start, end };
}

/** One line, whatever a member wrote into it. */
export function entryLine(entry: JournalEntry, shadow: ReadonlySet<string> = NOBODY): string | undefined {
  const line = LINES[entry.type as EventType] as Line<EventType> | undefined;
  return line && oneLine(line(JSON.parse(entry.data) as never, shadow));
}

function cut(text: string): string {
  return text.length > REASON_CHARACTERS ? `${text.slice(0, REASON_CHARACTERS - 1)}…` : text;
}

function print(entry: JournalEntry, shadow: ReadonlySet<string>, json: boolean | undefined): void {
  if (json) {
    process.stdout.write(`${JSON.stringify({ ...entry, data: JSON.parse(entry.data) })}\n`);
    return;
  }
  const text = entryLine(entry, shadow);
  if (text) process.stdout.write(`${entry.at.slice(11, 23)}  ${printable(text)}\n`);
}
