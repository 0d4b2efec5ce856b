import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { SqliteJournal } from '../../../coordinator/adapters/journal/sqlite.ts';
import { FIRST_PREVIOUS, leafHash } from '../../../shared/transparency/leaf.ts';
import { journalContract } from '../../contracts/journal.ts';
import { draft, drafts } from '../../support/journal-drafts.ts';
import { type StorageFolder, smallVolume, storageFolder } from '../../support/storage-folder.ts';

journalContract('an SQLite journal', true, async () => {
  const folder = storageFolder();
  const open = async () => SqliteJournal.open(join(folder.path, 'journal.db'));
  return { open, dispose: async () => folder.remove() };
});

describe('an SQLite journal file', () => {
  let folder: StorageFolder;
  let file: string;

  beforeEach(() => {
    folder = storageFolder();
    file = join(folder.path, 'journal.db');
  });

  afterEach(() => folder.remove());

  async function written(count: number): Promise<void> {
    const journal = SqliteJournal.open(file);
    await journal.append(0, drafts(count));
    await journal.close();
  }

  async function tampered(sql: string): Promise<string> {
    await written(20);
    const db = new Database(file);
    db.exec(sql);
    db.close();
    const journal = SqliteJournal.open(file);
    try {
      journal.verify();
      return 'verified';
    } catch (error) {
      expect(error).toMatchObject({ code: 'journal_corrupt' });
      return (error as Error).message;
    } finally {
      await journal.close();
    }
  }

  it('is refused to a second opener of the same process', async () => {
    const journal = SqliteJournal.open(file);
    expect(() => SqliteJournal.open(file)).toThrow(expect.objectContaining({ code: 'journal_conflict' }));
    await journal.append(0, drafts(1));
    await journal.close();
  });

  it('is refused while another process holds it; killed, that process leaves all it had appended', async () => {
    const holder = spawn(
      process.execPath,
      ['--import', 'tsx', 'test/support/journal-holder.ts', file, '25'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const gone = once(holder, 'exit');
    await once(holder.stdout, 'data');
    expect(() => SqliteJournal.open(file)).toThrow(expect.objectContaining({ code: 'journal_conflict' }));
    holder.kill('SIGKILL');
    await gone;
    const journal = SqliteJournal.open(file);
    expect(journal.verify()).toEqual({ size: 25 });
    await journal.close();
  });

  it('holds an unedited chain', async () => {
    expect(await tampered('SELECT 1')).toBe('verified');
  });

  it('names an entry whose data was edited', async () => {
    expect(await tampered(`UPDATE entries SET data = '{"number":99}' WHERE idx = 17`)).toBe(
      'entry 17 (event_2): leaf does not match its content',
    );
  });

  it('names an entry whose data is no longer JSON', async () => {
    expect(await tampered(`UPDATE entries SET data = '{"num' WHERE idx = 3`)).toBe(
      'entry 3 (event_0): its data is not JSON',
    );
  });

  it('names an entry whose data has no canonical form any more', async () => {
    expect(await tampered(`UPDATE entries SET data = '"\\ud800"' WHERE idx = 3`)).toBe(
      'entry 3 (event_0): leaf does not match its content',
    );
  });

  it('names the entry after one that was edited with its own leaf made to match', async () => {
    await written(20);
    const journal = SqliteJournal.open(file);
    const [entry] = [...journal.read(8, 9)];
    await journal.close();
    const forged = leafHash({
      ...draft(8),
      index: 8,
      previous: entry?.previous ?? '',
      data: { number: 1000 },
    });
    folder.remove();
    folder = storageFolder();
    file = join(folder.path, 'journal.db');
    expect(
      await tampered(`UPDATE entries SET data = '{"number":1000}', leaf = '${forged}' WHERE idx = 8`),
    ).toBe('entry 9 (event_0): does not link to entry 8');
  });

  it('names an entry that is missing', async () => {
    expect(await tampered('DELETE FROM entries WHERE idx = 4')).toBe(
      'entry 4 is missing; the next one found is 5',
    );
  });

  it('names a missing first entry', async () => {
    expect(await tampered('DELETE FROM entries WHERE idx < 2')).toBe(
      'entry 0 is missing; the next one found is 2',
    );
  });

  it('names an entry put before the first', async () => {
    const row = `(-1, 'event_0', '', '0', '${FIRST_PREVIOUS}', '')`;
    expect(await tampered(`INSERT INTO entries VALUES ${row}`)).toBe(
      'entry 0 is missing; the next one found is -1',
    );
  });

  it('leaves a tail that was cut off to the signed checkpoint: the chain that is left is whole', async () => {
    expect(await tampered('DELETE FROM entries WHERE idx >= 15')).toBe('verified');
  });

  it.each([
    [
      'text',
      Buffer.from('this is not a database, whatever its name says, and it goes on for a while\n'.repeat(20)),
    ],
    [
      'random bytes behind a good header',
      Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(4096, 0xa5)]),
    ],
  ])('is refused by name when it is %s', (_, content) => {
    writeFileSync(file, content);
    expect(() => SqliteJournal.open(file)).toThrow(
      expect.objectContaining({ code: 'journal_corrupt', message: expect.stringContaining(file) }),
    );
    expect(readFileSync(file).equals(content)).toBe(true);
  });

  it('is refused by name when it is a database of something else', () => {
    const db = new Database(file);
    db.exec('CREATE TABLE entries (idx INTEGER PRIMARY KEY)');
    db.close();
    expect(() => SqliteJournal.open(file)).toThrow(
      expect.objectContaining({
        code: 'journal_corrupt',
        message: expect.stringContaining(`${file} is a database but not`),
      }),
    );
  });

  it('is refused by name when it was truncated in the middle', async () => {
    await written(400);
    truncateSync(file, 20_480);
    const verify = () => SqliteJournal.open(file).verify();
    expect(verify).toThrow(
      expect.objectContaining({ code: 'journal_corrupt', message: expect.stringContaining(file) }),
    );
  });

  it('is refused by name when its folder is missing', () => {
    const missing = join(folder.path, 'nowhere', 'journal.db');
    expect(() => SqliteJournal.open(missing)).toThrow(
      expect.objectContaining({ code: 'home_missing', message: expect.stringContaining(missing) }),
    );
  });

  it('can be read by its owner alone', async () => {
    await written(1);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('refuses an append beyond its bound with nothing kept of it, and takes the next that fits', async () => {
    const journal = SqliteJournal.open(file, { maxBytes: 64 * 1024 });
    await journal.append(0, drafts(2));
    const big = [draft(2, 'small'), draft(3, 'x'.repeat(100_000))];
    await expect(journal.append(2, big)).rejects.toMatchObject({ code: 'disk_full' });
    expect(journal.size()).toBe(2);
    await journal.append(2, drafts(2, 2));
    expect(journal.verify()).toEqual({ size: 4 });
    await journal.close();
    const again = SqliteJournal.open(file);
    expect(again.verify()).toEqual({ size: 4 });
    await again.close();
  });

  it('survives a full volume: what was acknowledged stays, and it goes on when there is room again', async ({
    skip,
  }) => {
    const volume = smallVolume(512);
    if ('reason' in volume) return skip(volume.reason);
    onTestFinished(() => volume.remove());
    const ballast = join(volume.path, 'ballast');
    writeFileSync(ballast, Buffer.alloc(256 * 1024));
    const onVolume = join(volume.path, 'journal.db');
    let journal = SqliteJournal.open(onVolume);
    const appendUntilFull = async () => {
      for (;;) await journal.append(journal.size(), [draft(0, 'y'.repeat(20_000)), draft(1)]);
    };
    await expect(appendUntilFull()).rejects.toMatchObject({ code: 'disk_full' });
    const size = journal.size();
    expect(size).toBeGreaterThan(0);
    expect(journal.verify()).toEqual({ size });
    truncateSync(ballast, 0);
    await journal.append(size, drafts(1));
    await journal.close();
    journal = SqliteJournal.open(onVolume);
    expect(journal.verify()).toEqual({ size: size + 1 });
    await journal.close();
  });
});
