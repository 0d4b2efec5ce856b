/** Splits bytes into lines without ever holding more than one record's bound of an unfinished line. */
import { Refusal } from '../../../shared/refusal.ts';
import { MAX_RECORD_BYTES } from './connector.ts';

export interface Line {
  /** From 1. */
  readonly number: number;
  /** Without its line break. */
  readonly text: string;
}

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const BYTE_ORDER_MARK = '\uFEFF';

/** Batches of lines, one batch a chunk. Refuses with `data_line_too_long`. */
export async function* splitLines(chunks: AsyncIterable<Buffer>, path: string): AsyncGenerator<Line[]> {
  const unfinished: Buffer[] = [];
  let unfinishedBytes = 0;
  let number = 0;

  const finish = (tail: Buffer): Line => {
    number += 1;
    const bytes = unfinished.length === 0 ? tail : Buffer.concat([...unfinished, tail]);
    unfinished.length = 0;
    unfinishedBytes = 0;
    if (bytes.length > MAX_RECORD_BYTES) throw tooLong(path, number);
    return { number, text: textOf(bytes, number) };
  };

  for await (const chunk of chunks) {
    const lines: Line[] = [];
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      lines.push(finish(chunk.subarray(start, end)));
      start = end + 1;
    }
    if (start < chunk.length) {
      unfinished.push(chunk.subarray(start));
      unfinishedBytes += chunk.length - start;
      if (unfinishedBytes > MAX_RECORD_BYTES) throw tooLong(path, number + 1);
    }
    if (lines.length > 0) yield lines;
  }
  if (unfinishedBytes > 0) yield [finish(Buffer.alloc(0))];
}

/** The refusal for a record that starts at a line and does not end within the bound. */
export function tooLong(path: string, line: number): Refusal {
  return new Refusal(
    'data_line_too_long',
    `${path}:${line}: the record exceeds the bound of ${MAX_RECORD_BYTES} bytes`,
    {
      path,
      line,
      boundBytes: MAX_RECORD_BYTES,
    },
  );
}

function textOf(bytes: Buffer, number: number): string {
  const end = bytes.at(-1) === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length;
  const text = bytes.toString('utf8', 0, end);
  return number === 1 && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}
