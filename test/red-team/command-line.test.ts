/** Arguments that are no numbers, versions that are none, and text that would steer a terminal. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { printable, say } from '../../shared/terminal/run-program.ts';
import { coordinatorCommand } from '../support/coordinator-process.ts';
import { foundConsortium } from '../support/small-consortium.ts';
import { storageFolder } from '../support/storage-folder.ts';

const folder = storageFolder();
let home = '';
beforeAll(async () => {
  ({ home } = await foundConsortium(join(folder.path, 'small')));
});
afterAll(() => folder.remove());

describe('vedette-coordinator', () => {
  it.each([
    ['members', 'approve', 'bank', '--max-samples', '10k'],
    ['members', 'approve', 'bank', '--max-samples', '-5'],
    ['members', 'approve', 'bank', '--max-samples', '0'],
    ['invite', 'bank', '--hours', 'soon'],
    ['rounds', 'list', '--limit', 'abc'],
    ['rounds', 'list', '--limit', '1e10'],
    ['rounds', 'show', '1.5'],
    ['models', 'show', 'x'],
    ['models', 'rollback', 'NaN'],
    ['models', 'verify', '-1'],
    ['journal', 'tail', '--lines', 'Infinity'],
  ])('takes no wrong number for 0 or for a default: %s %s %s %s', async (...args) => {
    const { code, stdout, stderr } = await coordinatorCommand(...args, '--home', home);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('a whole number of at least');
  });
});

describe('vedette-coordinator lab', () => {
  it('tells people what was refused, though its --json names a file', async () => {
    const { code, stderr } = await coordinatorCommand('lab', '--json', join(folder.path, 'lab.json'));
    expect(code).toBe(2);
    expect(stderr).toMatch(/^refused \(usage\): rows are needed/);
  });
});

describe('a result for people', () => {
  it('carries no control sequence from elsewhere to the terminal', () => {
    const written: string[] = [];
    const write = vi
      .spyOn(process.stdout, 'write')
      .mockImplementation((text) => written.push(String(text)) > 0);
    say(false, undefined, () => 'nonce \u001b[2J\u009b31m\r\nnext line');
    write.mockRestore();
    expect(written.join('')).toBe('nonce �[2J�31m�\nnext line\n');
    expect(printable('a\tb')).toBe('a\tb');
  });
});
