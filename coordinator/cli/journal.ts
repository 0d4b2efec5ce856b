import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import type { Command } from 'commander';
import { Refusal } from '../../shared/refusal.ts';
import { wholeNumber } from '../../shared/terminal/number-arguments.ts';
import { say } from '../../shared/terminal/run-program.ts';
import { MerkleTree } from '../../shared/transparency/merkle-tree.ts';
import { FileHeads } from '../adapters/heads/file.ts';
import { homeOf } from '../config.ts';
import type { Entry, Journal } from '../ports/journal.ts';
import { withJournal } from './journal-source.ts';
import { type Common, withCommon } from './options.ts';
import { entryLine } from './watch.ts';

export function addJournalCommands(program: Command): void {
  const journal = program
    .command('journal')
    .description('the record of everything that happened; the only source of truth');

  withCommon(
    journal.command('tail', { isDefault: true }).description('the newest entries'),
    'vedette-coordinator journal tail --lines 5',
  )
    .option('--lines <n>', 'how many', wholeNumber(1), 20)
    .action((options: Common & { lines: number }) =>
      withJournal(options, async (source) => {
        const entries = [...source.read(Math.max(0, source.size() - options.lines))];
        say(options.json, entries, () => entries.map(tailLine).join('\n'));
      }),
    );

  withCommon(
    journal
      .command('verify')
      .description('recompute every leaf, every link, and the root against the last signed head'),
    'vedette-coordinator journal verify',
  ).action((options: Common) =>
    withJournal(options, async (source) => {
      const verified = verifyAgainstHead(source, homeOf(options.home).heads);
      say(
        options.json,
        verified,
        () => `${verified.size} entries hold; root ${verified.root}\n${verified.head}`,
      );
    }),
  );

  withCommon(
    journal.command('export <file>').description('every entry as NDJSON, for auditors'),
    'vedette-coordinator journal export journal.ndjson',
  ).action((file: string, options: Common) =>
    withJournal(options, async (source) => {
      const entries = await exportTo(source, file);
      say(options.json, { file, entries }, () => `${entries} entries written to ${file}`);
    }),
  );
}

function tailLine(entry: Entry): string {
  const text = entryLine({ ...entry, data: JSON.stringify(entry.data) });
  return `${String(entry.index).padStart(6)}  ${entry.at}  ${entry.type.padEnd(20)}  ${text ?? ''}`.trimEnd();
}

function verifyAgainstHead(
  journal: Journal,
  headsFile: string,
): { size: number; root: string; head: string } {
  const { size } = journal.verify();
  const tree = new MerkleTree();
  for (const { leaf } of journal.read(0)) tree.append(leaf);
  const last = lastHead(headsFile);
  if (last && last.size > size) {
    throw new Refusal(
      'journal_corrupt',
      `the journal ends at entry ${size - 1}, a head of ${last.size} entries was signed: entry ${size} is the first missing`,
      { entry: size },
    );
  }
  if (last && tree.root(last.size) !== last.root) {
    throw new Refusal(
      'journal_corrupt',
      `the first ${last.size} entries do not have the root that was signed`,
      { signed: last.size },
    );
  }
  const head = last
    ? `the last signed head (${last.size} entries) is part of it`
    : `compared with no signed head: ${headsFile} holds none`;
  return { size, root: tree.root(size), head };
}

/** An operator who is elsewhere has no list of heads; reading must not make one. */
function lastHead(file: string): { readonly size: number; readonly root: string } | undefined {
  if (!existsSync(file)) return undefined;
  const heads = new FileHeads(file);
  const last = heads.last();
  heads.close();
  return last;
}

async function exportTo(journal: Journal, file: string): Promise<number> {
  const out = createWriteStream(file, { mode: 0o600 });
  let entries = 0;
  for (const entry of journal.read(0)) {
    entries++;
    if (!out.write(`${JSON.stringify(entry)}\n`)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
  return entries;
}
