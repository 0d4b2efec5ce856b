/** models/<version>-<manifest>/ holds a release; models/current.json says which is in use. */
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { syncFolder } from '../../../shared/durable-file.ts';
import { readPrivateJson } from '../../data/private-json.ts';
import type { InstalledModel, InstalledModels } from '../../ports/installed-models.ts';
import { writePrivateFile } from './private-file.ts';

const CurrentSchema = z.strictObject({
  version: z.int().min(1),
  manifest: z.string().regex(/^[0-9a-f]{64}$/),
  weights: z.string().regex(/^[0-9a-f]{64}$/),
  threshold: z.number(),
});

const STAGED = /\.part$/;

export class ModelsFolder implements InstalledModels {
  readonly #folder: string;
  readonly #keep: number;

  /** @param keep releases kept besides the one in use */
  constructor(folder: string, keep: number) {
    this.#folder = folder;
    this.#keep = keep;
  }

  async current(): Promise<InstalledModel | undefined> {
    const current = await readPrivateJson(this.#currentFile, CurrentSchema);
    return current && { ...current, folder: this.#releaseFolder(current) };
  }

  async stage(version: number): Promise<string> {
    const staged = join(this.#folder, `${version}.part`);
    await mkdir(staged, { recursive: true, mode: 0o700 });
    return staged;
  }

  async install(staged: string, model: Omit<InstalledModel, 'folder'>): Promise<InstalledModel> {
    const folder = this.#releaseFolder(model);
    for (const name of await readdir(staged)) await syncFile(join(staged, name));
    await rm(folder, { recursive: true, force: true });
    await rename(staged, folder);
    await syncFolder(this.#folder);
    const { version, manifest, weights, threshold } = model;
    await writePrivateFile(this.#currentFile, JSON.stringify({ version, manifest, weights, threshold }));
    await this.#forgetOldest(folder);
    return { ...model, folder };
  }

  async #forgetOldest(inUse: string): Promise<void> {
    const releases = (await readdir(this.#folder, { withFileTypes: true }))
      .filter((entry) => entry.isDirectory() && !STAGED.test(entry.name))
      .map((entry) => join(this.#folder, entry.name))
      .filter((folder) => folder !== inUse)
      .sort((a, b) => versionOf(b) - versionOf(a));
    for (const folder of releases.slice(this.#keep)) await rm(folder, { recursive: true, force: true });
  }

  get #currentFile(): string {
    return join(this.#folder, 'current.json');
  }

  #releaseFolder({ version, manifest }: Pick<InstalledModel, 'version' | 'manifest'>): string {
    return join(this.#folder, `${version}-${manifest.slice(0, 12)}`);
  }
}

function versionOf(folder: string): number {
  return Number.parseInt(folder.split(/[\\/]/).at(-1) ?? '0', 10);
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
