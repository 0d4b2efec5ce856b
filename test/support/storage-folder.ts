/** Folders and small volumes for tests of what is kept on disk. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface StorageFolder {
  readonly path: string;
  remove(): void;
}

export function storageFolder(): StorageFolder {
  const path = mkdtempSync(join(tmpdir(), 'vedette-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A volume of `kibibytes` in memory, or the reason why there is none: mounting takes root on Linux. */
export function smallVolume(kibibytes: number): StorageFolder | { readonly reason: string } {
  const folder = storageFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kibibytes}k`, 'tmpfs', folder.path], {
      stdio: 'pipe',
    });
  } catch {
    folder.remove();
    return { reason: 'a small volume can only be mounted by root on Linux' };
  }
  return {
    path: folder.path,
    remove: () => {
      // Lazily: what a failed test left open must not keep the volume.
      execFileSync('umount', ['--lazy', folder.path]);
      folder.remove();
    },
  };
}
