/** The lab from options to cells, on a folder small enough to run in seconds. */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { addLabCommand } from '../../coordinator/cli/lab.ts';
import type { Cell } from '../../coordinator/lab/cell.ts';
import { CellStore, partOf } from '../../coordinator/lab/cell-store.ts';
import { type LabOptions, runLab } from '../../coordinator/lab/run-lab.ts';
import { Refusal } from '../../shared/refusal.ts';
import { labFolder } from '../support/lab-folder.ts';

const folder = labFolder();
afterAll(() => folder.remove());

function options(changes: Partial<LabOptions> = {}): LabOptions {
  return {
    data: folder.path,
    attacks: ['cover', 'not-finite'],
    policies: ['none', 'default'],
    attackers: [1],
    seeds: 1,
    families: ['flood'],
    workers: 2,
    signal: new AbortController().signal,
    say: () => undefined,
    ...changes,
  };
}

const withoutSeconds = (cells: readonly Cell[]) => cells.map((cell) => ({ ...cell, seconds: 0 }));

function cellOf(cells: readonly Cell[], attack: string, policy: string): Cell {
  const found = cells.find((cell) => cell.attack === attack && cell.policy === policy);
  if (found === undefined) throw new Error(`no cell ${attack} × ${policy}`);
  return found;
}

async function refusalOf(running: Promise<unknown>): Promise<Refusal> {
  const error = await running.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof Refusal) return error;
  throw new Error(`expected a refusal, got ${error}`);
}

describe('the lab on sums', () => {
  it('gives the same cells twice, hides the family without a policy, and catches the cover with one', async () => {
    const [{ cells }, again] = [await runLab(options()), await runLab(options({ workers: 1 }))];
    expect(withoutSeconds(again.cells)).toEqual(withoutSeconds(cells));
    const clean = cellOf(cells, 'none', 'none');
    expect(clean.hiddenFamilyAuroc).toBeGreaterThan(0.9);
    expect(cellOf(cells, 'cover', 'none').hiddenFamilyAuroc).toBeLessThan(clean.hiddenFamilyAuroc - 0.05);
    const caught = cellOf(cells, 'cover', 'default');
    expect(caught).toMatchObject({ attackersRefused: 1, honestRefused: 0, failed: null });
    expect(caught.hiddenFamilyAuroc).toBeGreaterThan(clean.hiddenFamilyAuroc - 0.03);
    expect(cellOf(cells, 'not-finite', 'default').refusals.attackers).toMatchObject({ update_not_finite: 1 });
    expect(cellOf(cells, 'not-finite', 'none').auroc).toBe(0.5);
  });

  it('goes on where it was stopped, keeps what is there, and refuses cells of other settings by name', async () => {
    const json = join(folder.path, 'grid.json');
    const stop = new AbortController();
    stop.abort();
    const stopped = await runLab(options({ json, attacks: ['cover'], signal: stop.signal }));
    expect(stopped.cells.length).toBeLessThan(stopped.asked);
    expect(existsSync(json)).toBe(false);
    const whole = await runLab(options({ json, attacks: ['cover'] }));
    expect(whole.cells).toHaveLength(whole.asked);
    expect(existsSync(`${json}.part`)).toBe(false);
    const wider = await runLab(options({ json }));
    expect(wider.cells.slice(0, 2)).toEqual(whole.cells.slice(0, 2));
    expect(JSON.parse(readFileSync(json, 'utf8')).cells).toHaveLength(wider.asked);
    expect(readFileSync(join(folder.path, 'grid.svg'), 'utf8')).toContain('</svg>');
    const otherwiseNamed = `${folder.path}/.`;
    expect((await runLab(options({ json, data: otherwiseNamed }))).cells).toHaveLength(wider.asked);
    const refusal = await refusalOf(runLab(options({ json, model: 'autoencoder' })));
    expect(refusal.code).toBe('usage');
    expect(refusal.message).toContain('model is');
  });
});

describe('a grid that is stopped in its middle', () => {
  it('ends, with the same command, in the file that an undisturbed one writes', async () => {
    const asked = { federation: quickFederation(), attacks: ['sign-flip', 'scaling', 'free-riding-zero'] };
    const undisturbed = join(folder.path, 'undisturbed.json');
    await runLab(options({ ...asked, json: undisturbed }));
    const json = join(folder.path, 'stopped.json');
    const stop = new AbortController();
    const say = (line: string) => void (line.startsWith('3 of 8') && stop.abort());
    const stopped = await runLab(options({ ...asked, json, signal: stop.signal, say }));
    expect(stopped.cells.length).toBeGreaterThan(2);
    expect(stopped.cells.length).toBeLessThan(stopped.asked);
    await runLab(options({ ...asked, json, workers: 1 }));
    const timeless = (file: string) => readFileSync(file, 'utf8').replace(/"seconds": [\d.e-]+/g, '');
    expect(timeless(json)).toBe(timeless(undisturbed));
  });
});

describe('cells of a grid that was killed in the middle of a line', () => {
  const json = join(folder.path, 'cut.json');
  const CUT = '{"attack":"no';
  const settings = (value: string) => new CellStore(json, { policy: value });

  it('are of the settings they were played with, whatever came after the cut', () => {
    settings('a');
    appendFileSync(partOf(json), CUT);
    settings('a');
    appendFileSync(partOf(json), 'null\n5\n');
    expect(() => settings('b')).toThrow('policy is a, asked is b');
    writeFileSync(partOf(json), CUT);
    settings('a');
    expect(() => settings('b')).toThrow('policy is a, asked is b');
  });

  it('are not looked for in a file of something else', () => {
    for (const other of ['{"settings":null,"cells":[]}', '{"settings":{},"cells":[null]}', '7']) {
      writeFileSync(json, other);
      expect(() => settings('a')).toThrow('holds no grid of the lab');
    }
  });
});

describe('how many attack', () => {
  it('is by default what a policy assumes; beyond that the report says so, and the file has the assumed', async () => {
    const json = join(folder.path, 'attackers.json');
    const { attackers: _, ...usual } = options({
      json,
      federation: quickFederation(),
      attacks: ['sign-flip'],
      policies: ['default'],
    });
    const { cells, markdown } = await runLab(usual);
    expect(cells.map(({ attackers }) => attackers)).toEqual([0, 0, 1]);
    expect(markdown).not.toContain('more than the policy assumes');
    const more = await runLab({ ...usual, attackers: [2] });
    expect(more.markdown).toMatch(/## 2 attackers\n\n2 attackers: more than the policy assumes \(f = 1\)/);
    const { settings, grid } = JSON.parse(readFileSync(json, 'utf8'));
    expect(settings['outliers assumed by default']).toBe('1');
    expect(grid.attackers).toEqual([2]);
  });

  it('is one of the three members of a small federation, with no option said', async () => {
    const [federation, canary] = [quickFederation(), canaryFile('canary.three.csv', true)];
    const json = join(folder.path, 'three.json');
    const program = new Command();
    addLabCommand(program);
    const quiet = [process.stdout, process.stderr].map((stream) =>
      vi.spyOn(stream, 'write').mockReturnValue(true),
    );
    const words = ['--federation', federation, '--canary', canary, '--policies', 'none,file'];
    await program
      .parseAsync(['lab', ...words, '--attacks', 'sign-flip', '--json', json], { from: 'user' })
      .finally(() => quiet.forEach((spy) => void spy.mockRestore()));
    const { grid, cells } = JSON.parse(readFileSync(json, 'utf8'));
    expect(grid.attackers).toEqual([1]);
    expect(cellOf(cells, 'sign-flip', 'file')).toMatchObject({ attackersRefused: 1, failed: null });
  });
});

describe('a cell whose run ends early', () => {
  it('says in which round, how many updates were left of how many needed, and what the others failed', async () => {
    const lines: string[] = [];
    const { cells, markdown } = await runLab(
      options({
        federation: quickFederation('rounds: { min: 5, attempts: 2 }'),
        attacks: ['not-finite'],
        policies: ['none', 'file'],
        say: (line) => lines.push(line),
      }),
    );
    const why =
      'round 4 (sums), attempt 2: 4 usable updates of 5 needed; refused: 1 × update_not_finite; round abandoned 2 times (bound rounds.attempts)';
    expect(cellOf(cells, 'not-finite', 'file').failed).toBe(why);
    expect(markdown).toContain(`1 attacker, seed 1: ${why}`);
    expect(lines.join('\n')).toContain(`no model: ${why}`);
    expect(cellOf(cells, 'not-finite', 'none').failed).toMatch(/^sums_inconsistent: round 4 \(sums\): /);
  });
});

describe('the lab on gradients', () => {
  it('keeps members that send nonsense out of the model, and puts them in quarantine', async () => {
    const { cells } = await runLab(
      options({ model: 'autoencoder', rounds: 6, attacks: ['scaling', 'adaptive'], families: ['scan'] }),
    );
    const scaled = cellOf(cells, 'scaling', 'default');
    expect(scaled).toMatchObject({ attackersRefused: 1, attackersQuarantined: 1, honestRefused: 0 });
    expect(cellOf(cells, 'scaling', 'none').attackersRefused).toBe(0);
    expect(cellOf(cells, 'adaptive', 'default').failed).toBeNull();
  });
});

describe('the lab on a canary file', () => {
  it('deals the normals to members, and knows the file’s own policy', async () => {
    const canary = canaryFile('canary.csv', false);
    const { cells, markdown } = await runLab({
      federation: quickFederation(),
      canary,
      attacks: ['cover'],
      policies: ['file'],
      attackers: [1],
      seeds: 1,
      signal: new AbortController().signal,
      say: () => undefined,
    });
    expect(markdown).toContain('10 members');
    expect(cellOf(cells, 'cover', 'file').failed).toBeNull();
  });
});

/** The normals of three organisations and the incidents of one, with who contributed them where that is asked. */
function canaryFile(name: string, contributors: boolean): string {
  const linesOf = (file: string) => readFileSync(join(folder.path, file), 'utf8').trim().split('\n');
  const [header = '', ...incidents] = linesOf('alpha.incidents.csv');
  const by = (organisation: string) => (contributors ? `,${organisation}` : '');
  const normals = ['alpha', 'beta', 'gamma'].flatMap((organisation) =>
    linesOf(`${organisation}.csv`)
      .slice(1)
      .map((line) => `${line},normal,normal${by(organisation)}`),
  );
  const anomalies = incidents.map((line) => `${line}${by('alpha')}`);
  return folder.write(name, [`${header}${by('contributor')}`, ...normals, ...anomalies, ''].join('\n'));
}

/** A file with a model so small that a cell is played in a moment. */
function quickFederation(more = ''): string {
  return folder.write('federation.yaml', `${FEDERATION}${more}\n`);
}

const FEDERATION = `
federation: own
features:
  - { name: bytes, type: numeric, min: 0 }
  - { name: rate, type: numeric }
  - { name: service, type: category, values: [web, mail, dns] }
  - { name: night, type: boolean }
model: { family: christoffel, features: 64 }
checks: { outliers: 1 }
`;

describe('what the lab is asked', () => {
  const refused = async (changes: Partial<LabOptions>) => (await refusalOf(runLab(options(changes)))).message;

  it('is refused for names it does not know, with those it knows', async () => {
    expect(await refused({ attacks: ['sign-flop'] })).toMatch(/no attack "sign-flop".*sign-flip/);
    expect(await refused({ policies: ['hope'] })).toMatch(/no policy "hope".*default/);
    expect(await refused({ families: ['ghosts'] })).toMatch(/no family "ghosts".*flood, scan/);
  });

  it('is refused when most would attack, or nothing is there to learn from', async () => {
    expect(await refused({ attackers: [1, 4] })).toBe(
      '--attackers 4 needs at least 6 members, 2 of them honest; there are 5',
    );
    const { data: _, ...none } = options();
    expect((await refusalOf(runLab(none))).message).toContain('--data DIR');
  });

  it('is refused for a policy file with a typo, at its path', async () => {
    const policy = join(folder.path, 'policy.yaml');
    writeFileSync(policy, 'aggregation: { rule: trimmed-mean, trin: 2 }\n');
    expect(await refused({ policies: [policy] })).toContain('aggregation');
    writeFileSync(policy, 'checks: { without: [nrom] }\n');
    expect(await refused({ policies: [policy] })).toContain('nrom');
    writeFileSync(policy, 'agregation: { rule: median }\n');
    expect(await refused({ policies: [policy] })).toContain('has agregation');
    writeFileSync(policy, 'median\n');
    expect(await refused({ policies: [policy] })).toContain('holds no object');
    expect(await refused({ policies: [folder.path] })).toContain('cannot be read: EISDIR');
    expect(await refused({ policies: ['toString'] })).toContain('no policy "toString"');
  });

  it('is refused for reports that could not be written in the end', async () => {
    expect(await refused({ out: join(folder.path, 'nowhere', 'grid') })).toContain('there is no folder');
    expect(await refused({ json: join(folder.path, 'nowhere', 'grid.json') })).toContain(
      'there is no folder',
    );
  });
});
