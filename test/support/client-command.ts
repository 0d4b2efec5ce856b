/** One command of the client program, in a process of its own. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface ClientExit {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function clientCommand(...args: readonly string[]): Promise<ClientExit> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'client/main.ts', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const seen = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      seen[stream] += text;
    });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...seen })));
}
