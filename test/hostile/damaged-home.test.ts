/** A coordinator, as the real program, on a home that somebody or something has damaged: it says so and does not start. */
import { copyFileSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { homeOf } from '../../coordinator/config.ts';
import { coordinatorCommand, type Exit, startCoordinator } from '../support/coordinator-process.ts';
import { asNeverSeen, HandDrivenMember } from '../support/hand-driven-member.ts';
import { startNodes } from '../support/member-nodes.ts';
import { refusalOfAsync } from '../support/refusal-of.ts';
import {
  type Consortium,
  changeStanding,
  enrolMembers,
  foundConsortium,
  memberOf,
  modelsOf,
  openRun,
} from '../support/small-consortium.ts';
import { type StorageFolder, smallVolume, storageFolder } from '../support/storage-folder.ts';
import { waitFor } from '../support/wait-for.ts';

const folder = storageFolder();
afterAll(() => folder.remove());

/** A consortium with a model, whose coordinator has stopped in good order. */
let whole: Consortium;
beforeAll(async () => {
  const founded = await foundConsortium(join(folder.path, 'whole'));
  const coordinator = await startCoordinator(founded);
  whole = await enrolMembers(founded, ['ada', 'bob', 'cyd']);
  const nodes = await startNodes(whole);
  await openRun(whole);
  await waitFor(async () => ((await modelsOf(whole)).current === 1 ? true : undefined));
  for (const node of nodes) await node.stop();
  expect((await coordinator.stop()).code).toBe(0);
});

let copies = 0;
function copyOfHome(): string {
  copies += 1;
  const home = join(folder.path, `home-${copies}`);
  cpSync(whole.home, home, { recursive: true });
  return home;
}

function inJournal(home: string, sql: string): void {
  const db = new Database(homeOf(home).journal);
  db.exec(sql);
  db.close();
}

function serve(home: string): Promise<Exit> {
  return coordinatorCommand(
    'serve',
    '--home',
    home,
    '--listen',
    '127.0.0.1:0',
    '--http',
    '127.0.0.1:0',
    '--log',
    'silent',
    '--json',
  );
}

function errorIn({ stderr }: Exit): { code: string; message: string; facts: Record<string, unknown> } {
  return (JSON.parse(stderr) as { error: { code: string; message: string; facts: Record<string, unknown> } })
    .error;
}

async function expectRefusedStart(home: string, names: RegExp): Promise<void> {
  const [verified, served] = await Promise.all([
    coordinatorCommand('journal', 'verify', '--home', home, '--json'),
    // Each takes the journal's lock, so each gets a home of its own.
    serve(twinOf(home)),
  ]);
  for (const exit of [verified, served]) {
    expect(exit.code).toBe(1);
    expect(errorIn(exit).code).toBe('journal_corrupt');
  }
  expect(errorIn(verified).message).toMatch(names);
}

function twinOf(home: string): string {
  const twin = `${home}-twin`;
  cpSync(home, twin, { recursive: true });
  return twin;
}

describe('a journal', () => {
  it('that nobody touched verifies, and its root is the one that was signed', async () => {
    const { code, stdout } = await coordinatorCommand('journal', 'verify', '--home', copyOfHome(), '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      size: expect.any(Number),
      root: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('with an edited entry is refused, and the entry is named', async () => {
    const home = copyOfHome();
    inJournal(
      home,
      `UPDATE entries SET data = replace(data, '"samples":', '"samples":1') WHERE idx = (SELECT min(idx) FROM entries WHERE type = 'update_received')`,
    );
    await expectRefusedStart(home, /entry \d+ \(update_received\): leaf does not match its content/);
  });

  it('with an entry taken out of the middle is refused, and the first missing one is named', async () => {
    const home = copyOfHome();
    inJournal(home, 'DELETE FROM entries WHERE idx = 7');
    await expectRefusedStart(home, /entry 7 is missing/);
  });

  it('whose end was cut off is refused against the last signed head', async () => {
    const home = copyOfHome();
    inJournal(home, 'DELETE FROM entries WHERE idx >= (SELECT max(idx) - 2 FROM entries)');
    await expectRefusedStart(home, /a head of \d+ entries was signed: entry \d+ is the first missing/);
  });

  it('rewritten from some entry on, links and all, is refused against the last signed head', async () => {
    const home = copyOfHome();
    const other = await foundConsortium(join(folder.path, `stranger-${copies}`));
    const { journal } = homeOf(home);
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${journal}${suffix}`, { force: true });
    copyFileSync(homeOf(other.home).journal, journal);
    await expectRefusedStart(home, /a head of \d+ entries was signed|do not have the root that was signed/);
  });

  it('that is no database any more is refused', async () => {
    const home = copyOfHome();
    writeFileSync(homeOf(home).journal, 'once upon a time');
    await expectRefusedStart(home, /not an SQLite database|damaged/);
  });

  it('that another coordinator serves is refused', async () => {
    const home = copyOfHome();
    const running = await startCoordinator({ ...whole, home, port: 0 });
    const second = await serve(home);
    expect(second.code).toBe(1);
    expect(errorIn(second).code).toBe('journal_conflict');
    await running.stop();
  });
});

describe('a coordinator', () => {
  it('whose port is taken says so and ends', async () => {
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
    const { port } = squatter.address() as { port: number };
    const exit = await coordinatorCommand(
      'serve',
      '--home',
      copyOfHome(),
      '--listen',
      `127.0.0.1:${port}`,
      '--http',
      '127.0.0.1:0',
      '--log',
      'silent',
      '--json',
    );
    squatter.close();
    expect(exit.code).toBe(1);
    expect(errorIn(exit)).toMatchObject({
      code: 'port_taken',
      message: expect.stringContaining(String(port)),
    });
  });

  it('whose port for metrics is taken says so and ends', async () => {
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
    const { port } = squatter.address() as { port: number };
    const exit = await coordinatorCommand(
      'serve',
      '--home',
      copyOfHome(),
      '--listen',
      '127.0.0.1:0',
      '--http',
      `127.0.0.1:${port}`,
      '--log',
      'silent',
      '--json',
    );
    squatter.close();
    expect(exit.code).toBe(1);
    expect(errorIn(exit).code).toBe('port_taken');
  });

  it('without a home says so', async () => {
    const exit = await serve(join(folder.path, 'nowhere'));
    expect(exit.code).toBe(1);
    expect(errorIn(exit).code).toBe('home_missing');
  });

  it('that stopped in the middle of nothing starts again and still has its model', async () => {
    const home = copyOfHome();
    const running = await startCoordinator({ ...whole, home });
    expect(await modelsOf({ ...whole, home })).toMatchObject({ current: 1 });
    await running.kill();
    const again = await startCoordinator({ ...whole, home });
    expect(await modelsOf({ ...whole, home })).toMatchObject({ current: 1 });
    await again.stop();
  });
});

const VOLUME_KIB = 8 * 1024;
const volume: StorageFolder | { readonly reason: string } = smallVolume(VOLUME_KIB);
afterAll(() => 'remove' in volume && volume.remove());
if ('reason' in volume) console.log(`skipped: a full disk, because ${volume.reason}`);

describe('a disk that is full', () => {
  it.skipIf('reason' in volume)(
    'stops a run without losing it: with room again, the run goes on by itself',
    async () => {
      if ('reason' in volume) return;
      const home = join(volume.path, 'coordinator');
      mkdirSync(home);
      cpSync(whole.home, home, { recursive: true });
      const consortium = { ...whole, home };
      const coordinator = await startCoordinator(consortium);
      await openRun(consortium);
      const ada = await HandDrivenMember.of(consortium, 'ada');
      const update = asNeverSeen(await ada.honestUpdate(await ada.plan()));
      const filler = join(volume.path, 'filler');
      fill(filler);
      const upload = await refusalOfAsync(() => ada.upload(update.bytes));
      expect(upload.code).toBe('disk_full');
      const entry = await refusalOfAsync(() => changeStanding(consortium, 'cyd', 'suspend'));
      expect(entry.code).toBe('disk_full');
      expect(await memberOf(consortium, 'cyd')).toMatchObject({ standing: 'active' });
      rmSync(filler);
      await ada.close();
      const nodes = await startNodes(consortium);
      await waitFor(async () => ((await modelsOf(consortium)).current === 2 ? true : undefined));
      for (const node of nodes) await node.stop();
      await coordinator.stop();
      expect((await coordinatorCommand('journal', 'verify', '--home', home)).code).toBe(0);
    },
  );
});

/** Takes all the room there is, to the last byte. */
function fill(file: string): void {
  for (let bytes = VOLUME_KIB * 1024; bytes >= 1; bytes = Math.floor(bytes / 2)) {
    try {
      writeFileSync(file, new Uint8Array(bytes), { flag: 'a' });
    } catch {
      // This much does not fit any more; half of it may.
    }
  }
}
