import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { demoSummary, processesIn, runDemo } from '../support/run-demo.ts';
import { type StorageFolder, storageFolder } from '../support/storage-folder.ts';

const folders: StorageFolder[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove();
});

function emptyFolder(): string {
  const folder = storageFolder();
  folders.push(folder);
  return folder.path;
}

describe('npm run demo', () => {
  it('publishes a proven model that beats every honest member alone, and refuses the attacker and nobody else', {
    timeout: 300_000,
  }, async () => {
    const folder = emptyFolder();
    const kept = join(folder, 'kept');
    const { rounds, final, model, attackers, quarantined, verifiedRounds, organisations, text } =
      await demoSummary(folder, ['--clients', '4', '--keep', kept]);
    expect(rounds.map(({ kind, accepted }) => [kind, accepted])).toEqual([
      ['spans', 3],
      ['histograms', 3],
      ['moments', 3],
      ['sums', 3],
    ]);
    expect(new Set(rounds.flatMap(({ refused }) => refused.map(({ member }) => member)))).toEqual(
      new Set(attackers),
    );
    expect(quarantined).toEqual(attackers);
    expect(verifiedRounds).toEqual([1, 2, 3]);
    expect(model).toMatchObject({ version: 1, manifestVerified: true });
    expect(Object.keys(final.perOrganisation)).toEqual(organisations);
    // The model scored half-way in this process is the one that the members scored with.
    expect(rounds.at(-1)?.auroc).toBeCloseTo(final.auroc, 6);
    for (const name of organisations.filter((one) => !attackers.includes(one))) {
      expect(final.perOrganisation[name]?.auroc).toBeGreaterThan(final.localOnly[name]?.auroc ?? 1);
    }
    expect(text).toContain('No honest update was refused.');
    expect(existsSync(join(kept, 'model', 'manifest.json'))).toBe(true);
    expect(processesIn(kept)).toEqual([]);
  });

  it('runs the rounds of an autoencoder that are asked for, and scores some of them', {
    timeout: 300_000,
  }, async () => {
    const args = ['--clients', '3', '--attackers', '0', '--family', 'autoencoder', '--rounds', '50'];
    const { family, rounds, attackers } = await demoSummary(emptyFolder(), args);
    expect(family).toBe('autoencoder');
    expect(attackers).toEqual([]);
    expect(rounds.map(({ kind }) => kind)).toEqual(['spans', 'histograms', ...Array(50).fill('gradients')]);
    expect(rounds.filter(({ auroc }) => auroc !== undefined)).toHaveLength(8);
  });

  it('promotes as an operator what two organisations made', { timeout: 300_000 }, async () => {
    const { rounds, model } = await demoSummary(emptyFolder(), ['--clients', '2']);
    expect(rounds.map(({ accepted }) => accepted)).toEqual([2, 2, 2, 2]);
    expect(model).toMatchObject({ version: 1, manifestVerified: true });
  });

  it('fails, and says why, when no model is good enough to be published', { timeout: 300_000 }, async () => {
    const args = ['--clients', '2', '--family', 'autoencoder', '--rounds', '1'];
    const { code, stdout, stderr } = await runDemo(args);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /without a model; candidate rejected: canary AUROC 0\.\d+ \(at least 0\.8 needed\)/,
    );
    expect(stdout).toBe('');
  });

  it('leaves neither process nor folder behind when it is interrupted', { timeout: 120_000 }, async () => {
    const temporary = emptyFolder();
    const { code } = await runDemo(['--clients', '2'], {
      temporary,
      interruptAt: /1 of 2 enrolled|^coordinator/m,
    });
    expect(code).toBe(130);
    expect(processesIn(temporary)).toEqual([]);
    expect(readdirSync(temporary).filter((name) => name.startsWith('vedette-demo-'))).toEqual([]);
  });

  it('says what is missing before it starts anything', async () => {
    const { code, stderr } = await runDemo(['--data', 'somewhere']);
    expect(code).toBe(2);
    expect(stderr).toContain('--data needs --federation');
  });
});
