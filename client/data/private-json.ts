/** Small JSON files of the node's home, read back only as what they should be. */
import type { z } from 'zod';
import { readIfThere, writePrivateFile } from '../adapters/home/private-file.ts';

/** The file's value, or undefined where it is absent or not what it should be. */
export async function readPrivateJson<S extends z.ZodType>(
  path: string,
  schema: S,
): Promise<z.output<S> | undefined> {
  const text = await readIfThere(path);
  const parsed = schema.safeParse(text === undefined ? undefined : parseJson(text));
  return parsed.success ? parsed.data : undefined;
}

export function writePrivateJson(path: string, value: unknown): Promise<void> {
  return writePrivateFile(path, JSON.stringify(value));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
