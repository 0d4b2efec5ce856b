import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** The first index not published yet; 0 when the file is missing or unreadable: repeating is harmless, skipping is not. */
export function readPosition(file: string): number {
  try {
    const { next } = JSON.parse(readFileSync(file, 'utf8')) as { next?: unknown };
    return Number.isSafeInteger(next) && Number(next) >= 0 ? Number(next) : 0;
  } catch {
    return 0;
  }
}

/** Replaces the file whole. Not flushed: a position lost with the power only repeats events. */
export function writePosition(file: string, next: number): void {
  const temporary = `${file}.new`;
  writeFileSync(temporary, JSON.stringify({ next }), { mode: 0o600 });
  renameSync(temporary, file);
}
