/** Small JSON files of the node's home: readable by its user only, replaced as a whole. */
import { open, readFile, rename } from 'node:fs/promises';
import type { z } from 'zod';
import { asDiskRefusal } from './row-file.ts';

/** The file's value, or undefined where it is absent or not what it should be. */
export async function readPrivateJson<S extends z.ZodType>(
  path: string,
  schema: S,
): Promise<z.output<S> | undefined> {
  try {
    const parsed = schema.safeParse(JSON.parse(await readFile(path, 'utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (absent || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export async function writePrivateJson(path: string, value: unknown): Promise<void> {
  try {
    const handle = await open(`${path}.part`, 'w', 0o600);
    try {
      await handle.writeFile(JSON.stringify(value));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(`${path}.part`, path);
  } catch (error) {
    throw asDiskRefusal(error, path);
  }
}
