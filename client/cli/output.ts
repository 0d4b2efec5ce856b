/** Results on stdout, in words or as JSON; everything else on stderr. */
import { once } from 'node:events';

/** One JSON document, or the words for it. */
export function print(json: boolean, value: unknown, words: () => string): void {
  const text = json ? `${JSON.stringify(value, null, 2)}\n` : withNewline(words());
  process.stdout.write(text);
}

/** Writes at the pace of whoever reads. */
export async function writeLine(stream: NodeJS.WritableStream, line: string): Promise<void> {
  if (!stream.write(`${line}\n`)) await once(stream, 'drain');
}

/** Rows of cells in columns. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, place) => {
      widths[place] = Math.max(widths[place] ?? 0, cell.length);
    });
  }
  return rows
    .map((row) =>
      row
        .map((cell, place) => cell.padEnd(widths[place] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function withNewline(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}
