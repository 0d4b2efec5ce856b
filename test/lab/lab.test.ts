/** The lab from options to cells, on a folder small enough to run in seconds. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Cell } from '../../coordinator/lab/cell.ts';
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
    const refusal = await refusalOf(runLab(options({ json, model: 'autoencoder' })));
    expect(refusal.code).toBe('usage');
    expect(refusal.message).toContain('model is');
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
    const rows = ['alpha', 'beta', 'gamma'].flatMap((name) => {
      const [, ...lines] = readFileSync(join(folder.path, `${name}.csv`), 'utf8')
        .trim()
        .split('\n');
      return lines.map((line) => `${line},normal,normal`);
    });
    const [header = '', ...incidents] = readFileSync(join(folder.path, 'alpha.incidents.csv'), 'utf8')
      .trim()
      .split('\n');
    const canary = folder.write('canary.csv', [header, ...rows, ...incidents, ''].join('\n'));
    const federation = folder.write('federation.yaml', FEDERATION);
    const { cells, markdown } = await runLab({
      federation,
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
    expect(await refused({ attackers: [4] })).toContain('4 attackers of 5 members (at most 2)');
    const { data: _, ...none } = options();
    expect((await refusalOf(runLab(none))).message).toContain('--data DIR');
  });

  it('is refused for a policy file with a typo, at its path', async () => {
    const policy = join(folder.path, 'policy.yaml');
    writeFileSync(policy, 'aggregation: { rule: trimmed-mean, trin: 2 }\n');
    expect(await refused({ policies: [policy] })).toContain('aggregation');
    writeFileSync(policy, 'checks: { without: [nrom] }\n');
    expect(await refused({ policies: [policy] })).toContain('nrom');
  });
});
