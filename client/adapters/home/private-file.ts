/** Files of the node's home: readable by its user only, replaced as a whole or not at all. */
import { readFile } from 'node:fs/promises';
import { replaceFile } from '../../../shared/durable-file.ts';
import { asDiskRefusal } from '../../data/row-file.ts';

export async function writePrivateFile(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await replaceFile(path, content);
  } catch (error) {
    throw asDiskRefusal(error, path);
  }
}

/** The text of a file, or undefined where there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
