import { closeSync, existsSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';
import { Refusal } from '../../../shared/refusal.ts';
import type { Draft, Entry, Journal } from '../../ports/journal.ts';
import { isErrno, refuseWhenFull } from '../errno.ts';
import {
  EMPTY_HEAD,
  expectSize,
  type Head,
  openSealed,
  type SealedEntry,
  sealDrafts,
  verifyChain,
} from './chain.ts';

/** "VDJL" in ASCII, in SQLite's header: tells a journal from any other database. */
const APPLICATION_ID = 0x56_44_4a_4c;
const SCHEMA_VERSION = 1;
const SCHEMA = `
  CREATE TABLE entries (
    idx INTEGER PRIMARY KEY,
    type TEXT NOT NULL,
    at TEXT NOT NULL,
    data TEXT NOT NULL,
    previous TEXT NOT NULL,
    leaf TEXT NOT NULL
  ) STRICT`;

const ROWS_PER_PAGE = 256;
/** How long a start waits for the lock of a coordinator that is just going down. */
const LOCK_WAIT_MS = 500;

export interface SqliteJournalOptions {
  /** The file grows no further than this; appends then refuse `disk_full`. Default: whatever the volume holds. */
  readonly maxBytes?: number;
  /** Refuse `home_missing` rather than begin a journal: nobody who only looks may leave an empty one behind. */
  readonly mustExist?: boolean;
}

/**
 * The journal in one SQLite file. Write-ahead log with `synchronous = FULL`: a commit is on the disk when `append`
 * resolves. The file is locked for as long as it is open, so there is one coordinator to a journal.
 */
export class SqliteJournal implements Journal {
  readonly file: string;
  readonly #db: Database.Database;
  readonly #insertAll: (sealed: readonly SealedEntry[]) => void;
  readonly #selectPage: Database.Statement<[number, number, number], SealedEntry>;
  readonly #selectLast: Database.Statement<[], SealedEntry>;
  #head: Head;

  /**
   * Opens or creates `file`. Refuses `home_missing` when its folder is not there, `journal_conflict` when another
   * process has it open, `journal_corrupt` when it is not a journal.
   */
  static open(file: string, options: SqliteJournalOptions = {}): SqliteJournal {
    return named(file, () => {
      if (options.mustExist && !existsSync(file)) {
        throw new Refusal('home_missing', `there is no journal ${file}`, { path: file });
      }
      createPrivately(file);
      const db = new Database(file, { timeout: LOCK_WAIT_MS });
      try {
        prepareFile(db, file, options);
        return new SqliteJournal(db, file);
      } catch (error) {
        db.close();
        throw error;
      }
    });
  }

  private constructor(db: Database.Database, file: string) {
    this.file = file;
    this.#db = db;
    const insert = db.prepare<[SealedEntry]>(
      'INSERT INTO entries (idx, type, at, data, previous, leaf) VALUES (@index, @type, @at, @data, @previous, @leaf)',
    );
    this.#insertAll = db.transaction((sealed: readonly SealedEntry[]) => {
      for (const entry of sealed) insert.run(entry);
    });
    const columns = 'idx AS "index", type, at, data, previous, leaf';
    this.#selectPage = db.prepare(
      `SELECT ${columns} FROM entries WHERE idx >= ? AND idx < ? ORDER BY idx LIMIT ?`,
    );
    this.#selectLast = db.prepare(`SELECT ${columns} FROM entries ORDER BY idx DESC LIMIT 1`);
    this.#head = this.#readHead();
  }

  size(): number {
    return this.#head.size;
  }

  async append(expectedSize: number, drafts: readonly Draft[]): Promise<readonly Entry[]> {
    this.#refuseWhenClosed();
    expectSize(expectedSize, this.#head);
    const { sealed, entries } = sealDrafts(this.#head, drafts);
    const last = sealed.at(-1);
    if (last === undefined) return entries;
    try {
      this.#insertAll(sealed);
    } catch (error) {
      this.#head = named(this.file, () => this.#readHead());
      throw refusalOf(error, this.file);
    }
    this.#head = { size: last.index + 1, leaf: last.leaf };
    return entries;
  }

  *read(from: number, to = Number.MAX_SAFE_INTEGER): Generator<Entry> {
    let next = from;
    while (next < to) {
      this.#refuseWhenClosed();
      // A page at a time, never an open cursor: SQLite refuses writes on a connection that is iterating.
      const rows = named(this.file, () => this.#selectPage.all(next, to, ROWS_PER_PAGE));
      for (const row of rows) yield openSealed(row);
      const last = rows.at(-1);
      if (last === undefined || rows.length < ROWS_PER_PAGE) return;
      next = last.index + 1;
    }
  }

  verify(): { size: number } {
    return verifyChain(this.read(Number.MIN_SAFE_INTEGER));
  }

  async close(): Promise<void> {
    this.#db.close();
  }

  #readHead(): Head {
    const last = this.#selectLast.get();
    return last === undefined ? EMPTY_HEAD : { size: last.index + 1, leaf: last.leaf };
  }

  #refuseWhenClosed(): void {
    if (!this.#db.open) throw new Refusal('unavailable', `the journal ${this.file} is closed`);
  }
}

/** SQLite would create the file with the mode of the umask; its write-ahead log takes the mode of the file. */
function createPrivately(file: string): void {
  try {
    closeSync(openSync(file, 'a', 0o600));
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
    throw new Refusal('home_missing', `the folder of the journal ${file} does not exist`, { file });
  }
}

function prepareFile(db: Database.Database, file: string, options: SqliteJournalOptions): void {
  // Exclusive before the first access: the lock is then taken once and kept, and no shared memory file is needed.
  db.pragma('locking_mode = EXCLUSIVE');
  recogniseSchema(db, file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  if (options.maxBytes !== undefined) {
    const pageBytes = Number(db.pragma('page_size', { simple: true }));
    db.pragma(`max_page_count = ${Math.max(1, Math.floor(options.maxBytes / pageBytes))}`);
  }
}

/** Takes the lock, then either recognises a journal or makes an empty file one. */
function recogniseSchema(db: Database.Database, file: string): void {
  db.exec('BEGIN EXCLUSIVE');
  try {
    const applicationId = Number(db.pragma('application_id', { simple: true }));
    const version = Number(db.pragma('user_version', { simple: true }));
    const objects = Number(db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get());
    const isEmpty = objects === 0 && applicationId === 0 && version === 0;
    if (isEmpty) createSchema(db);
    else if (applicationId !== APPLICATION_ID || version !== SCHEMA_VERSION) {
      throw new Refusal(
        'journal_corrupt',
        `${file} is a database but not a Vedette journal of version ${SCHEMA_VERSION}: application id ${applicationId}, version ${version}`,
        { file, applicationId, version },
      );
    }
    db.exec('COMMIT');
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function createSchema(db: Database.Database): void {
  db.exec(SCHEMA);
  db.pragma(`application_id = ${APPLICATION_ID}`);
  db.pragma(`user_version = ${SCHEMA_VERSION}`);
}

function named<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw refusalOf(error, file);
  }
}

/** SQLite's result codes (sqlite.org/rescode.html) as refusals that name the file; anything else as it is. */
function refusalOf(error: unknown, file: string): unknown {
  if (!(error instanceof Database.SqliteError)) return refuseWhenFull(error, file);
  const code = error.code;
  const facts = { file, sqlite: code };
  if (code === 'SQLITE_FULL') {
    return new Refusal(
      'disk_full',
      `no space left for the journal ${file}; nothing of this append was kept`,
      facts,
    );
  }
  if (code.startsWith('SQLITE_BUSY')) {
    return new Refusal('journal_conflict', `another process has the journal ${file} open`, facts);
  }
  if (code === 'SQLITE_NOTADB') {
    return new Refusal('journal_corrupt', `${file} is not an SQLite database`, facts);
  }
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_ERROR' || code === 'SQLITE_IOERR_SHORT_READ') {
    return new Refusal('journal_corrupt', `the journal ${file} is damaged: ${error.message}`, facts);
  }
  if (code.startsWith('SQLITE_CANTOPEN')) {
    return new Refusal('config_invalid', `the journal ${file} cannot be opened: ${error.message}`, facts);
  }
  return new Refusal('unavailable', `the journal ${file} could not be used: ${error.message}`, facts);
}
