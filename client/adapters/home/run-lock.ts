import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { Refusal } from '../../../shared/refusal.ts';

/**
 * One running node a home: two would spend each other's seats and receipts. A file with the process id; that of a
 * process that is gone, or of this one (every container's first process has the same id), counts for nothing.
 */
export class RunLock {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Refuses `home_in_use` while another process runs on this home. */
  static take(path: string): RunLock {
    try {
      return RunLock.#create(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = Number(readFileSync(path, 'utf8'));
    if (holder !== process.pid && isRunning(holder)) {
      throw new Refusal('home_in_use', `process ${holder} runs a node on this home (${path})`, {
        pid: holder,
      });
    }
    rmSync(path, { force: true });
    return RunLock.#create(path);
  }

  static #create(path: string): RunLock {
    const file = openSync(path, 'wx', 0o600);
    writeSync(file, String(process.pid));
    closeSync(file);
    return new RunLock(path);
  }

  release(): void {
    rmSync(this.#path, { force: true });
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid < 1) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
