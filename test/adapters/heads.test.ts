import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileHeads } from '../../coordinator/adapters/heads/file.ts';
import { type StorageFolder, storageFolder } from '../support/storage-folder.ts';

const ROOT = 'ab'.repeat(32);

describe('the heads that were signed', () => {
  let folder: StorageFolder;
  let path: string;
  beforeEach(() => {
    folder = storageFolder();
    path = join(folder.path, 'heads.log');
  });
  afterEach(() => folder.remove());

  const reopened = () => {
    const heads = new FileHeads(path);
    heads.close();
    return heads.last();
  };

  it('are none at first, then the newest, across a restart', () => {
    expect(reopened()).toBeUndefined();
    const heads = new FileHeads(path);
    heads.remember({ size: 1, root: ROOT });
    heads.remember({ size: 2, root: ROOT });
    heads.close();
    expect(reopened()).toEqual({ size: 2, root: ROOT });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('survive a last line that a crash cut short, and what is written after it', () => {
    writeFileSync(path, `7 ${ROOT}\n8 ${ROOT.slice(0, 10)}`);
    expect(reopened()).toEqual({ size: 7, root: ROOT });
    const heads = new FileHeads(path);
    heads.remember({ size: 8, root: ROOT });
    heads.remember({ size: 9, root: ROOT });
    heads.close();
    expect(reopened()).toEqual({ size: 9, root: ROOT });
  });

  it('do not grow for ever: a long file is cut down to its newest line at start', () => {
    for (let part = 0; part < 4; part++) appendFileSync(path, `5 ${ROOT}\n`.repeat(5_000));
    appendFileSync(path, `6 ${ROOT}\n`);
    expect(reopened()).toEqual({ size: 6, root: ROOT });
    expect(readFileSync(path, 'utf8')).toBe(`6 ${ROOT}\n`);
  });
});
