/** Comma-separated values (RFC 4180), with or without a header. */
import { parse } from 'csv-parse/sync';
import { Refusal } from '../../../shared/refusal.ts';
import { type Connector, type DataRecord, MAX_RECORD_BYTES } from './connector.ts';
import { type Line, splitLines, tooLong } from './lines.ts';

interface CsvOptions {
  readonly path: string;
  /** `false`: the columns are those wanted, in that order. */
  readonly header: boolean;
  readonly wanted: readonly string[];
}

type CsvRecord =
  | { readonly line: number; readonly cells: readonly string[] }
  | { readonly line: number; readonly problem: string };

/** Opens CSV bytes. Refuses with `data_empty`, `data_columns`, `data_line_too_long`; bad records carry their problem. */
export async function openCsv(chunks: AsyncIterable<Buffer>, options: CsvOptions): Promise<Connector> {
  const batches = records(splitLines(chunks, options.path), options.path);
  let opening: readonly CsvRecord[] = [];
  while (opening.length === 0) {
    const next = await batches.next();
    if (next.done)
      throw new Refusal('data_empty', `${options.path}: the file is empty`, { path: options.path });
    opening = next.value;
  }
  try {
    const columns = columnsOf(opening[0], options);
    const rest = options.header ? opening.slice(1) : opening;
    return {
      columns,
      records: projected(rest, batches, columns, options.wanted),
      close: async () => void (await batches.return(undefined)),
    };
  } catch (error) {
    await batches.return(undefined);
    throw error;
  }
}

function columnsOf(first: CsvRecord | undefined, options: CsvOptions): readonly string[] {
  const { path, wanted } = options;
  if (!first || 'problem' in first) {
    throw new Refusal('data_format', `${path}:1: the first record ${first?.problem ?? 'is missing'}`, {
      path,
    });
  }
  if (options.header) return first.cells.map((name) => name.trim());
  if (first.cells.length === wanted.length) return wanted;
  throw new Refusal(
    'data_columns',
    `${path}:${first.line}: ${first.cells.length} columns without a header, the federation declares ${wanted.length}`,
    { path, columns: first.cells.length, bound: wanted.length },
  );
}

async function* projected(
  opening: readonly CsvRecord[],
  batches: AsyncGenerator<CsvRecord[]>,
  columns: readonly string[],
  wanted: readonly string[],
): AsyncGenerator<DataRecord[]> {
  const places = wanted.map((name) => columns.indexOf(name));
  const project = (record: CsvRecord): DataRecord => {
    if ('problem' in record) return record;
    const { line, cells } = record;
    if (cells.length !== columns.length)
      return { line, problem: `has ${cells.length} cells, the header has ${columns.length}` };
    return { line, cells: places.map((place) => cells[place]) };
  };
  try {
    if (opening.length > 0) yield opening.map(project);
    for await (const batch of batches) yield batch.map(project);
  } finally {
    await batches.return(undefined);
  }
}

async function* records(batches: AsyncIterable<Line[]>, path: string): AsyncGenerator<CsvRecord[]> {
  const assembler = new RecordAssembler(path);
  for await (const lines of batches) {
    const found = lines.map((line) => assembler.take(line)).filter((record) => record !== undefined);
    if (found.length > 0) yield found;
  }
  const unclosed = assembler.rest();
  if (unclosed) yield [unclosed];
}

/**
 * Lines to records. A line without a quote is its cells, split at commas; only a record with quotes needs a parser,
 * and it is whole once its quotes are even. That keeps line numbers and the bound exact, and is several times faster.
 */
class RecordAssembler {
  readonly #path: string;
  #open: { readonly line: number; readonly texts: string[]; bytes: number } | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** The record that this line completes, if it does. */
  take({ number, text }: Line): CsvRecord | undefined {
    if (this.#open) return this.#continue(this.#open, text);
    if (text === '') return undefined;
    if (!text.includes('"')) return { line: number, cells: text.split(',') };
    if (!hasOddQuotes(text)) return parseQuoted(number, text);
    this.#open = { line: number, texts: [text], bytes: Buffer.byteLength(text) };
    return undefined;
  }

  /** What is left when the file ends inside quotes. */
  rest(): CsvRecord | undefined {
    return this.#open && { line: this.#open.line, problem: 'opens a quote that is never closed' };
  }

  #continue(
    open: { readonly line: number; readonly texts: string[]; bytes: number },
    text: string,
  ): CsvRecord | undefined {
    open.texts.push(text);
    open.bytes += Buffer.byteLength(text) + 1;
    if (open.bytes > MAX_RECORD_BYTES) throw tooLong(this.#path, open.line);
    if (!hasOddQuotes(text)) return undefined;
    this.#open = undefined;
    return parseQuoted(open.line, open.texts.join('\n'));
  }
}

function hasOddQuotes(text: string): boolean {
  return text.includes('"') && text.split('"').length % 2 === 0;
}

function parseQuoted(line: number, text: string): CsvRecord {
  try {
    const [cells] = parse(text, { relax_column_count: true });
    return cells ? { line, cells } : { line, problem: 'holds no cells' };
  } catch (error) {
    return {
      line,
      problem: `has misplaced quotes (${error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'})`,
    };
  }
}
