import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { makeProgram } from '../../client/cli.ts';
import { makeKey } from '../../shared/identity/keys.ts';
import { storageFolder } from '../support/storage-folder.ts';

const BIN = fileURLToPath(new URL('../../client/vedette-client.mjs', import.meta.url));
const folder = storageFolder();
afterAll(() => folder.remove());

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command as a person would, from a folder that is not the project's. */
async function run(...argv: string[]): Promise<Ended> {
  const env = { ...process.env, VEDETTE_HOME: `${folder.path}/home`, VEDETTE_DRILL: '' };
  const child = spawn(process.execPath, [BIN, ...argv], { cwd: folder.path, env });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stdout, stderr };
}

describe('vedette-client', () => {
  it('offers help with an example and the exit codes for every command', () => {
    const program = makeProgram();
    const leaves = program.commands.flatMap((command) =>
      command.commands.length > 0 ? command.commands : [command],
    );
    expect(leaves.map((command) => command.name()).sort()).toEqual(
      [
        'appeal',
        'check',
        'evidence',
        'join',
        'pull',
        'receipts',
        'run',
        'score',
        'standing',
        'verify',
      ].sort(),
    );
    for (const command of leaves) {
      let help = '';
      command.configureOutput({
        writeOut: (text) => {
          help += text;
        },
      });
      command.outputHelp();
      expect(help).toContain('Example:\n  vedette-client');
      expect(help).toContain('Exit codes:');
      expect(help).toContain('--json');
    }
  });

  it('ends with 0 for --help', async () => {
    const { code, stdout } = await run('run', '--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(/stops at\s+SIGINT/);
  });

  it('ends with 2 for what is no command, and for a wrong option', async () => {
    expect((await run('dance')).code).toBe(2);
    const { code, stderr } = await run('pull', '--version', 'newest');
    expect(code).toBe(2);
    expect(stderr).toContain('whole number');
  });

  it('ends with 1 and names the refusal, with how to resolve it', async () => {
    const { code, stdout, stderr } = await run('data', 'check');
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('home_missing');
    expect(stderr).toContain('join (client)');
  });

  it('refuses a key that is none before it judges a model by it', async () => {
    const { did } = makeKey('publisher');
    for (const given of ['foo', did]) {
      const { code, stdout, stderr } = await run('verify', 'no-folder', '--coordinator', given);
      expect(code).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toContain(`refused (usage): --coordinator ${given}: `);
    }
  });

  it('says how to verify on a machine that never joined', async () => {
    const { code, stderr } = await run('verify', 'no-folder');
    expect(code).toBe(1);
    for (const option of ['--coordinator', '--publisher', '--log-key']) expect(stderr).toContain(option);
  });

  it('asks what standard input holds before it opens a model', async () => {
    const { code, stderr } = await run('score', '-');
    expect(code).toBe(2);
    expect(stderr).toContain('csv or ndjson');
    expect((await run('score', 'events.csv', '--format', 'csv')).code).toBe(2);
  });

  it('keeps stdout for results when a command is refused with --json', async () => {
    const { code, stdout, stderr } = await run('join', 'vedette1.nonsense', '--json');
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'invite_invalid' } });
  });

  it('refuses a drill unless the environment allows it, before anything else', async () => {
    const { code, stderr } = await run('run', '--drill', 'sign-flip-10');
    expect(code).toBe(1);
    expect(stderr).toContain('policy_refused');
  });
});
