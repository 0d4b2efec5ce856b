/** The coordinator as the real program, in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { CrashPoint } from '../../coordinator/flow/crash-points.ts';
import type { Consortium } from './small-consortium.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CoordinatorProcess {
  readonly exited: Promise<Exit>;
  /** Ends it in good order. */
  stop(): Promise<Exit>;
  kill(): Promise<Exit>;
}

export interface StartOptions {
  /** The label, and which passing of it. */
  readonly crashAt?: CrashPoint | `${CrashPoint}:${number}`;
  readonly home?: string;
}

/** Starts `serve`; resolves once it serves, or has crashed where it was told to. */
export async function startCoordinator(
  { home, port }: Consortium,
  { crashAt }: StartOptions = {},
): Promise<CoordinatorProcess> {
  const child = launch(
    [
      'serve',
      '--home',
      home,
      '--listen',
      `127.0.0.1:${port}`,
      '--http',
      '127.0.0.1:0',
      '--log',
      'error',
      '--json',
    ],
    crashAt ? { VEDETTE_CRASH_AT: crashAt } : {},
  );
  const exited = ended(child);
  const early = await Promise.race([firstClosingBrace(child), exited]);
  // One that is to crash may do so in its first breath.
  if (early && !crashAt) throw new Error(`the coordinator did not start: ${early.stderr}`);
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return exited;
  };
  return { exited, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

/** One command to its end. */
export function coordinatorCommand(...args: readonly string[]): Promise<Exit> {
  return ended(launch(args, {}));
}

function launch(args: readonly string[], env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', 'coordinator/main.ts', ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function ended(child: ChildProcess): Promise<Exit> {
  const seen = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    seen.stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    seen.stderr += text;
  });
  return new Promise((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, ...seen }));
  });
}

/** `serve --json` says on what it listens as one JSON value over several lines. */
function firstClosingBrace({ stdout }: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (stdout) createInterface({ input: stdout }).on('line', (line) => line === '}' && resolve());
  });
}
