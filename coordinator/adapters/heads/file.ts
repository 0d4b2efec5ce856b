import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { SignedHeads } from '../../ports/heads.ts';

const LINE = /^(\d{1,16}) ([0-9a-f]{64})$/;

/**
 * Signed heads as appended lines `<size> <root>`. Not flushed one by one: a head is signed over entries that are
 * durable already, so a loss of power can cost the newest lines here but never make a signed head inconsistent.
 */
export class FileHeads implements SignedHeads {
  readonly #descriptor: number;
  #last: { readonly size: number; readonly root: string } | undefined;

  constructor(path: string) {
    this.#descriptor = openSync(path, 'a+', 0o600);
    this.#last = lastLine(readFileSync(path, 'utf8'));
  }

  last(): { readonly size: number; readonly root: string } | undefined {
    return this.#last;
  }

  remember(head: { readonly size: number; readonly root: string }): void {
    if (this.#last?.size === head.size && this.#last.root === head.root) return;
    writeSync(this.#descriptor, `${head.size} ${head.root}\n`);
    this.#last = head;
  }

  close(): void {
    closeSync(this.#descriptor);
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
