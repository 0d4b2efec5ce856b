/** The demonstration as a person starts it, and what it left behind. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Summary } from '../../examples/demo/summary.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface DemoRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface DemoRunOptions {
  /** Where temporary folders are made. Default: where everyone's are, with what was transpiled before. */
  readonly temporary?: string;
  /** Progress at which it is interrupted. */
  readonly interruptAt?: RegExp;
}

export async function runDemo(args: readonly string[], options: DemoRunOptions = {}): Promise<DemoRun> {
  const { temporary, interruptAt } = options;
  const demo = spawn(process.execPath, ['--import', 'tsx', 'examples/demo/main.ts', ...args], {
    cwd: ROOT,
    env: { ...process.env, ...(temporary ? { TMPDIR: temporary } : {}) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  let interrupted = false;
  demo.stdout.on('data', (part: Buffer) => {
    stdout += part.toString('utf8');
  });
  demo.stderr.on('data', (part: Buffer) => {
    stderr += part.toString('utf8');
    if (interrupted || !interruptAt?.test(stderr)) return;
    interrupted = demo.kill('SIGINT');
  });
  const [code] = (await once(demo, 'close')) as [number | null];
  return { code, stdout, stderr };
}

/** Runs the demonstration to its end; its figures, and its text. The folder takes the file. */
export async function demoSummary(
  folder: string,
  args: readonly string[],
): Promise<Summary & { text: string }> {
  const json = join(folder, 'figures.json');
  const { code, stdout, stderr } = await runDemo([...args, '--json', json]);
  if (code !== 0) throw new Error(`the demonstration ended with ${code}:\n${stderr}`);
  return { ...(JSON.parse(readFileSync(json, 'utf8')) as Summary), text: stdout };
}

/** Command lines of the processes that mention a folder. */
export function processesIn(folder: string): string[] {
  const all = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n');
  return all.filter((line) => line.includes(folder));
}
