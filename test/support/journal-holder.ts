/** A process that opens the journal named, appends as many entries as told, says so, and holds on until killed. */
import { SqliteJournal } from '../../coordinator/adapters/journal/sqlite.ts';
import { drafts } from './journal-drafts.ts';

const [file = '', count = '0'] = process.argv.slice(2);
const journal = SqliteJournal.open(file);
await journal.append(journal.size(), drafts(Number(count)));
process.stdout.write('held\n');
setInterval(() => {}, 60_000);
