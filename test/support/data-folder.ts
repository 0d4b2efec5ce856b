/** A folder with source files, and a federation that fits them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { validateFederation } from '../../shared/federation/load.ts';
import type { Federation } from '../../shared/federation/schema.ts';
import { type StorageFolder, storageFolder } from './storage-folder.ts';

export interface DataFolder extends StorageFolder {
  write(name: string, content: string | Uint8Array): string;
}

export function dataFolder(): DataFolder {
  const folder = storageFolder();
  return {
    ...folder,
    write: (name, content) => {
      const path = join(folder.path, name);
      writeFileSync(path, content);
      return path;
    },
  };
}

/** Four features: two numbers, one of them in [0, 1], a category and a boolean. */
export function smallFederation(overrides: Record<string, unknown> = {}): Federation {
  return validateFederation({
    federation: 'small',
    features: [
      { name: 'bytes', type: 'numeric', min: 0 },
      { name: 'rate', type: 'numeric', min: 0, max: 1 },
      { name: 'service', type: 'category', values: ['web', 'mail'] },
      { name: 'night', type: 'boolean' },
    ],
    model: { family: 'christoffel' },
    ...overrides,
  });
}

/** Distinct, valid rows of the small federation, without a header. */
export function smallRows(count: number, first = 0): string[] {
  return Array.from({ length: count }, (_, index) => {
    const number = first + index;
    return `${number},${(number % 100) / 100},${number % 3 === 0 ? 'mail' : 'web'},${number % 2}`;
  });
}

export const SMALL_HEADER = 'bytes,rate,service,night';
