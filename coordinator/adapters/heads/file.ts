import { closeSync, fstatSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import type { SignedHeads } from '../../ports/heads.ts';

/** A line is 72 bytes or so; one is written for each durable append. */
const COMPACT_ABOVE_BYTES = 1024 * 1024;
const LINE = /^(\d{1,16}) ([0-9a-f]{64})$/;

/**
 * Signed heads as appended lines `<size> <root>`. Not flushed one by one: a head is signed over entries that are
 * durable already, so a loss of power can cost the newest lines here but never make a signed head inconsistent.
 */
export class FileHeads implements SignedHeads {
  #descriptor: number;
  #last: { readonly size: number; readonly root: string } | undefined;

  constructor(path: string) {
    this.#last = lastLine(readIfThere(path));
    this.#descriptor = openSync(path, 'a', 0o600);
    if (fstatSync(this.#descriptor).size > COMPACT_ABOVE_BYTES) this.#compact(path);
  }

  last(): { readonly size: number; readonly root: string } | undefined {
    return this.#last;
  }

  remember(head: { readonly size: number; readonly root: string }): void {
    if (this.#last?.size === head.size && this.#last.root === head.root) return;
    writeSync(this.#descriptor, lineOf(head));
    this.#last = head;
  }

  /** Only the newest head counts; the others are history that the journal holds anyway. */
  #compact(path: string): void {
    const fresh = `${path}.new`;
    writeFileSync(fresh, this.#last ? lineOf(this.#last) : '', { mode: 0o600 });
    renameSync(fresh, path);
    closeSync(this.#descriptor);
    this.#descriptor = openSync(path, 'a', 0o600);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

function lineOf({ size, root }: { size: number; root: string }): string {
  return `${size} ${root}\n`;
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

function lastLine(text: string): { size: number; root: string } | undefined {
  const complete = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  for (const line of complete.reverse()) {
    const [, size, root] = LINE.exec(line) ?? [];
    if (size !== undefined && root !== undefined) return { size: Number(size), root };
  }
  return undefined;
}
