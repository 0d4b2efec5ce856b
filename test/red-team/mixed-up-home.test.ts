/** A coordinator's home that was put together wrongly, or only by half. */
import { appendFileSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SqliteJournal } from '../../coordinator/adapters/journal/sqlite.ts';
import { serve } from '../../coordinator/compose.ts';
import type { DataOf } from '../../coordinator/core/events.ts';
import { initialise } from '../../coordinator/init.ts';
import { federationDigest } from '../../shared/federation/load.ts';
import type { Federation } from '../../shared/federation/schema.ts';
import { coordinatorCommand } from '../support/coordinator-process.ts';
import { refusalOfAsync } from '../support/refusal-of.ts';
import { type Consortium, definition, enrolMembers, foundConsortium } from '../support/small-consortium.ts';
import { storageFolder } from '../support/storage-folder.ts';

const QUIET = { log: 'silent', listen: '127.0.0.1:0', http: '127.0.0.1:0' } as const;
const CANARIES =
  'bytes,rate,service,night,label,category\n1,0.5,web,0,normal,known\n2,0.5,web,0,scan,known\n';

const folder = storageFolder();
let own: Consortium;
let foreign: Consortium;
beforeAll(async () => {
  own = await foundConsortium(join(folder.path, 'own'));
  foreign = await foundConsortium(join(folder.path, 'foreign'));
});
afterAll(() => folder.remove());

/** A copy of the home, with one thing about it changed. */
function homeWith(name: string, change: (home: string) => void): string {
  const home = join(folder.path, name);
  cpSync(own.home, home, { recursive: true });
  change(home);
  return home;
}

describe('init', () => {
  it('refuses a federation that leaves out a detector there is not, and makes no home', async () => {
    const place = join(folder.path, 'misspelt');
    const federation = definition({ checks: { without: ['norms'] } });
    const refusal = await refusalOfAsync(() => foundConsortium(place, federation));
    expect(refusal).toMatchObject({ code: 'federation_invalid', facts: { path: 'checks.without' } });
    expect(refusal.message).toContain('no detector is called norms (there are norm,');
    expect(existsSync(join(place, 'coordinator'))).toBe(false);
  });
});

describe('serve', () => {
  it.each(['journal.sqlite', 'keys/coordinator.pem', 'keys/log.pem', 'keys/publisher.pem'])(
    'refuses %s of another coordinator: what it signs would not be what members have pinned',
    async (part) => {
      const home = homeWith(part.replaceAll('/', '-'), (to) => {
        rmSync(join(to, 'heads.log'), { force: true });
        cpSync(join(foreign.home, part), join(to, part));
      });
      const refusal = await refusalOfAsync(() => serve(home, QUIET));
      expect(refusal.code).toBe('key_invalid');
      expect(refusal.message).toContain('the journal was founded with');
    },
  );

  it('refuses a home whose journal is gone, and leaves none behind', async () => {
    const home = homeWith('no-journal', (to) => rmSync(join(to, 'journal.sqlite')));
    expect((await refusalOfAsync(() => serve(home, QUIET))).code).toBe('home_missing');
    expect(existsSync(join(home, 'journal.sqlite'))).toBe(false);
  });

  it('refuses at once when the canary file is gone or no canary file, not after the rounds', async () => {
    const place = join(folder.path, 'canaries');
    mkdirSync(place);
    writeFileSync(join(place, 'known.csv'), CANARIES);
    const { home } = await foundConsortium(place, definition({ canary: { file: 'known.csv' } }));
    const file = join(home, 'canary-known.csv');
    writeFileSync(file, 'bytes,label\n1,normal\n');
    expect((await refusalOfAsync(() => serve(home, QUIET))).code).toBe('data_columns');
    rmSync(file);
    expect((await refusalOfAsync(() => serve(home, QUIET))).code).toBe('data_missing');
  });

  it('warns of canaries that no member gave, once there are members, and of labels nobody looks at', async () => {
    const place = join(folder.path, 'strange-canaries');
    mkdirSync(place);
    const canaries = ['label,category,contributor', 'normal,known,ada', 'scan,known,somebody'];
    const rows = canaries.map(
      (line, at) => `${at === 0 ? 'bytes,rate,service,night' : '1,0.5,web,0'},${line}`,
    );
    writeFileSync(join(place, 'known.csv'), `${rows.join('\n')}\n`);
    const consortium = await foundConsortium(place, definition({ canary: { file: 'known.csv' } }));
    const args = ['serve', '--home', consortium.home, '--listen', '127.0.0.1:0', '--http', 'nowhere'];
    const before = await coordinatorCommand(...args);
    expect(before.stderr).toContain(
      '"names":1,"rows":1,"firstRow":2,"msg":"canaries: labels of too few rows',
    );
    expect(before.stderr).not.toContain('contributors who are no members');
    const running = await serve(consortium.home, { ...QUIET, listen: `127.0.0.1:${consortium.port}` });
    await enrolMembers(consortium, ['ada']);
    await running.stop();
    const { stderr } = await coordinatorCommand(...args);
    expect(stderr).toContain('"names":1,"rows":1,"firstRow":2,"msg":"canaries: rows of contributors who');
    expect(stderr).not.toContain('somebody');
  });

  it('goes by the definition in the journal when the file was edited, and says so', async () => {
    const home = homeWith('edited', (to) => appendFileSync(join(to, 'federation.yaml'), '\nseed: 99\n'));
    const args = ['serve', '--home', home, '--listen', '127.0.0.1:0', '--http', 'nowhere'];
    const { code, stderr } = await coordinatorCommand(...args);
    expect(code).toBe(1);
    expect(stderr).toContain('the federation file was changed after init');
  });
});

describe('serve on a home of the version before', () => {
  it('does not take options that came later for an edit of the file', async () => {
    const home = homeWith('earlier', () => {});
    const file = join(home, 'journal.sqlite');
    const now = SqliteJournal.open(file);
    const drafts = [...now.read(0)].map(({ type, at, data }) => ({ type, at, data: earlier(type, data) }));
    await now.close();
    for (const left of ['journal.sqlite', 'heads.log']) rmSync(join(home, left), { force: true });
    const journal = SqliteJournal.open(file);
    await journal.append(0, drafts);
    await journal.close();
    const args = ['serve', '--home', home, '--listen', '127.0.0.1:0', '--http', 'nowhere'];
    const { code, stderr } = await coordinatorCommand(...args);
    expect(code).toBe(1);
    expect(stderr).toContain('config_invalid');
    expect(stderr).not.toContain('the federation file was changed after init');
  });
});

/** The founding entry as it was before standings and audits. */
function earlier(type: string, data: unknown): unknown {
  if (type !== 'federation_founded') return data;
  const { federation, ...rest } = data as DataOf<'federation_founded'>;
  const { standing: _, checks, ...others } = federation;
  const { norm, maxSamples, samplesPerMedian } = checks;
  const then = { ...others, checks: { norm, maxSamples, samplesPerMedian } } as Federation;
  return { ...rest, federation: then, digest: federationDigest(then) };
}

describe('init', () => {
  it.each([
    { operator: 'Not A Name' },
    { operator: '' },
    { listen: 'nonsense' },
    { endpoint: 'no-port' },
    { http: 'x' },
    { natsUrl: 'bogus' },
  ])('refuses %j before it makes anything', async (wrong) => {
    const home = join(folder.path, 'never-made');
    const refusal = await refusalOfAsync(() => initialise({ ...optionsFor(home), ...wrong }));
    expect(['usage', 'config_invalid']).toContain(refusal.code);
    expect(existsSync(home)).toBe(false);
  });

  it('says of a home without configuration that it was never finished', async () => {
    const home = homeWith('half', (to) => rmSync(join(to, 'config.yaml')));
    const refusal = await refusalOfAsync(() => initialise(optionsFor(home)));
    expect(refusal).toMatchObject({ code: 'home_exists' });
    expect(refusal.message).toContain('interrupted');
  });
});

describe('a command that only reads the journal', () => {
  it.each([['verify'], ['tail']])(
    'finds none in an empty folder, rather than an empty one that holds: %s',
    async (command) => {
      const home = join(folder.path, `empty-${command}`);
      mkdirSync(home);
      const { code, stderr } = await coordinatorCommand('journal', command, '--home', home, '--json');
      expect(code).toBe(1);
      expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'home_missing' } });
      expect(existsSync(join(home, 'journal.sqlite'))).toBe(false);
    },
  );
});

describe('a command on the host of a coordinator that was killed', () => {
  it('falls back to the address of the profile when what serve left behind is torn', async () => {
    const home = homeWith('torn', (to) => writeFileSync(join(to, 'address.json'), '{"endp'));
    const { code, stderr } = await coordinatorCommand('members', '--home', home, '--json');
    expect(code).toBe(3);
    expect(JSON.parse(stderr).error.code).toBe('unavailable');
    expect(stderr).toContain(own.endpoint);
  });

  it('does not dial it for a profile of another coordinator', async () => {
    const home = homeWith('elsewhere', (to) =>
      writeFileSync(join(to, 'address.json'), '{"endpoint":"localhost:1"}'),
    );
    const profile = join(foreign.home, 'operator');
    const { stderr } = await coordinatorCommand('members', '--home', home, '--profile', profile, '--json');
    expect(stderr).toContain(foreign.endpoint);
  });
});

function optionsFor(home: string): Parameters<typeof initialise>[0] {
  const federationFile = join(own.folder, 'federation.yaml');
  const [listen, http] = ['127.0.0.1:7443', '127.0.0.1:0'];
  return { home, federationFile, listen, endpoint: undefined, http, operator: 'olga', natsUrl: undefined };
}
