/** A folder with a release in it, as proofs need to see it: every file, none of them a link. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { MODEL_SIGNATURE_FILE } from '../../shared/provenance/model-signing.ts';
import { Refusal } from '../../shared/refusal.ts';
import { MANIFEST_FILE, PROVENANCE_FILE, type ReleaseContent } from '../core/release-proof.ts';

/** Refuses `model_missing` without a folder, `model_invalid` for links and for a file that is missing. */
export async function readRelease(folder: string): Promise<ReleaseContent> {
  const digests = new Map<string, string>();
  for (const name of await filesIn(folder)) digests.set(name, await digestOf(join(folder, name)));
  return {
    digests,
    signature: (await required(folder, MODEL_SIGNATURE_FILE)).toString('utf8'),
    manifest: (await required(folder, MANIFEST_FILE)).toString('utf8'),
    provenance: await required(folder, PROVENANCE_FILE),
  };
}

/** Relative POSIX paths, sorted. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') {
        throw new Refusal('model_missing', `there is no folder ${folder}`, { folder });
      }
      throw error;
    },
  );
  const names: string[] = [];
  for (const entry of entries) {
    const name = relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/');
    if (entry.isFile()) names.push(name);
    else if (!entry.isDirectory())
      throw new Refusal('model_invalid', `${name} is neither a file nor a folder`, { name });
  }
  return names.sort();
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

async function required(folder: string, name: string): Promise<Buffer> {
  return await readFile(join(folder, name)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT')
      throw new Refusal('model_invalid', `${name} is missing in ${folder}`, { name });
    throw error;
  });
}
