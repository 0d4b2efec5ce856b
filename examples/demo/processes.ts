/** The processes of the demonstration: started like a user starts them, and gone when it ends, however it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once, setMaxListeners } from 'node:events';
import { appendFileSync, closeSync, openSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAINS = { coordinator: 'coordinator/main.ts', client: 'client/main.ts' } as const;

/** How long a process may take to end in good order. */
const END_WITHIN_MS = 8_000;
/** Lines of a process's last words that are repeated when it fails. */
const LAST_WORDS = 6;

export interface Invocation {
  readonly program: keyof typeof MAINS;
  readonly args: readonly string[];
  /** Whose process it is; names its log. */
  readonly who: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A file that takes stdout. */
  readonly into?: string;
}

export interface Service {
  /** Resolves when the process ends by itself with exit code 0. */
  readonly done: Promise<void>;
  /** Waits for the line that tells what is waited for. */
  heard<T>(listen: (line: string) => T | undefined): Promise<T>;
  /** Ends it; its end is then no failure. */
  stop(): Promise<void>;
}

export class Processes {
  readonly #logs: string;
  readonly #running = new Map<ChildProcess, Promise<unknown>>();
  readonly #halt = new AbortController();
  #free = Math.max(2, availableParallelism());
  readonly #queue: (() => void)[] = [];
  #stopping = false;

  /** @param interrupted aborts when the person has had enough */
  constructor(logs: string, interrupted: AbortSignal) {
    this.#logs = logs;
    // Every wait listens to it, and many wait at once.
    setMaxListeners(0, this.#halt.signal);
    interrupted.addEventListener('abort', () => this.#halt.abort(interrupted.reason), { once: true });
    process.on('exit', this.#killAll);
  }

  /** Aborts when a process that should go on has failed, or the person has had enough. */
  get signal(): AbortSignal {
    return this.#halt.signal;
  }

  /** Runs a command to its end and returns its stdout; as many at a time as there are cores. */
  async run(invocation: Invocation): Promise<string> {
    await this.#takeSlot();
    try {
      const parts: Buffer[] = [];
      const { child, words } = this.#spawn(invocation);
      child.stdout?.on('data', (part: Buffer) => parts.push(part));
      const code = await this.guard(endOf(child));
      if (code !== 0) throw new Error(failureOf(invocation, code, words));
      return Buffer.concat(parts).toString('utf8');
    } finally {
      this.#free += 1;
      this.#queue.shift()?.();
    }
  }

  /** Starts a process that goes on. */
  start(invocation: Invocation): Service {
    const { child, words } = this.#spawn(invocation);
    let asked = false;
    const done = endOf(child).then((code) => {
      if (code === 0 || asked || this.#stopping) return;
      const failure = new Error(failureOf(invocation, code, words));
      this.#halt.abort(failure);
      throw failure;
    });
    // Whoever waits for it is told; nobody has to wait.
    done.catch(() => undefined);
    return {
      done,
      heard: (listen) => this.guard(heardFrom(child, listen)),
      stop: async () => {
        asked = true;
        child.kill('SIGTERM');
        await done;
      },
    };
  }

  /** The promise, unless the demonstration halts first. */
  async guard<T>(promise: Promise<T>): Promise<T> {
    const { signal } = this.#halt;
    signal.throwIfAborted();
    let onHalt = () => {};
    const halted = new Promise<never>((_, reject) => {
      onHalt = () => reject(signal.reason);
    });
    signal.addEventListener('abort', onHalt, { once: true });
    try {
      return await Promise.race([promise, halted]);
    } finally {
      signal.removeEventListener('abort', onHalt);
    }
  }

  /** Ends all that still runs, in good order if they can. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const ends = [...this.#running.values()];
    for (const child of this.#running.keys()) child.kill('SIGTERM');
    const late = setTimeout(this.#killAll, END_WITHIN_MS);
    await Promise.allSettled(ends);
    clearTimeout(late);
    process.off('exit', this.#killAll);
  }

  readonly #killAll = () => {
    for (const child of this.#running.keys()) child.kill('SIGKILL');
  };

  #spawn({ program, args, who, env, into }: Invocation): { child: ChildProcess; words: string[] } {
    this.#halt.signal.throwIfAborted();
    const file = into === undefined ? undefined : openSync(into, 'w');
    const child = spawn(process.execPath, ['--import', 'tsx', MAINS[program], ...args], {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['ignore', file ?? 'pipe', 'pipe'],
    });
    if (file !== undefined) closeSync(file);
    const end = endOf(child).finally(() => this.#running.delete(child));
    this.#running.set(child, end);
    const words: string[] = [];
    const log = join(this.#logs, `${who}.log`);
    child.stderr?.on('data', (part: Buffer) => {
      appendFileSync(log, part);
      words.push(...part.toString('utf8').split('\n').filter(Boolean));
      words.splice(0, words.length - LAST_WORDS);
    });
    return { child, words };
  }

  async #takeSlot(): Promise<void> {
    while (this.#free === 0) await this.guard(new Promise<void>((resolve) => this.#queue.push(resolve)));
    this.#free -= 1;
  }
}

function heardFrom<T>(child: ChildProcess, listen: (line: string) => T | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    for (const input of [child.stdout, child.stderr]) {
      if (!input) continue;
      createInterface({ input }).on('line', (line) => {
        try {
          const heard = listen(line);
          if (heard !== undefined) resolve(heard);
        } catch (error) {
          reject(error);
        }
      });
    }
  });
}

/** Exit code, or the name of the signal. */
async function endOf(child: ChildProcess): Promise<number | string> {
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return code ?? signal ?? 'unknown';
}

function failureOf(
  { program, args, who }: Invocation,
  code: number | string,
  words: readonly string[],
): string {
  const command = `vedette-${program} ${args.join(' ')}`.slice(0, 100);
  return [`${command}, of ${who}, ended with ${code}`, ...words.map((line) => `  ${line}`)].join('\n');
}
