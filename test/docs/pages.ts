import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export function page(path: string): string {
  return readFileSync(`${ROOT}/${path}`, 'utf8');
}

/** The first cells of a page's tables that are code: what the page documents, each by its name. */
export function documented(text: string): string[] {
  return [...text.matchAll(/^\| `([^`]+)`/gm)].map(([, name = '']) => name);
}

/** Everything a page sets as code, within a line. */
export function codeOf(text: string): Set<string> {
  return new Set([...text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code));
}
