import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunLock } from '../../client/adapters/home/run-lock.ts';
import { refusalOf } from '../support/refusal-of.ts';
import { type StorageFolder, storageFolder } from '../support/storage-folder.ts';

describe('the lock of a running node', () => {
  let folder: StorageFolder;
  let path: string;
  beforeEach(() => {
    folder = storageFolder();
    path = join(folder.path, 'run.lock');
  });
  afterEach(() => folder.remove());

  it('is refused while another process holds it', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    writeFileSync(path, String(other.pid));
    expect(refusalOf(() => RunLock.take(path)).code).toBe('home_in_use');
    other.kill('SIGKILL');
    await once(other, 'exit');
    RunLock.take(path).release();
    expect(existsSync(path)).toBe(false);
  });

  it('is taken over from garbage and from an earlier process with the same id', () => {
    for (const left of ['', 'not a number', String(process.pid)]) {
      writeFileSync(path, left);
      RunLock.take(path).release();
    }
    expect(existsSync(path)).toBe(false);
  });
});
