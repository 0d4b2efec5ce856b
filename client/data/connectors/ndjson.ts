/** Newline-delimited JSON: one object a line, its keys the columns. */
import { Refusal } from '../../../shared/refusal.ts';
import type { Connector, DataRecord } from './connector.ts';
import { type Line, splitLines } from './lines.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** Opens NDJSON bytes. The columns are the keys of the first record; later records may order theirs as they like. */
export async function openNdjson(
  chunks: AsyncIterable<Buffer>,
  options: { readonly path: string; readonly wanted: readonly string[] },
): Promise<Connector> {
  const { path, wanted } = options;
  const batches = withoutBlankLines(splitLines(chunks, path));
  const opening = await batches.next();
  const [first] = opening.done ? [] : opening.value;
  if (opening.done || !first) throw new Refusal('data_empty', `${path}: the file is empty`, { path });
  const object = parseObject(first.text);
  if (!object) {
    await batches.return(undefined);
    throw new Refusal('data_format', `${path}:${first.number}: the first record is not a JSON object`, {
      path,
    });
  }
  return {
    columns: Object.keys(object),
    records: records(opening.value, batches, wanted),
    close: async () => void (await batches.return(undefined)),
  };
}

async function* records(
  opening: readonly Line[],
  batches: AsyncGenerator<Line[]>,
  wanted: readonly string[],
): AsyncGenerator<DataRecord[]> {
  const read = ({ number: line, text }: Line): DataRecord => {
    const object = parseObject(text);
    if (!object) return { line, problem: 'is not a JSON object' };
    return {
      line,
      cells: wanted.map((name) => (Object.hasOwn(object, name) ? cellText(object[name]) : undefined)),
    };
  };
  try {
    yield opening.map(read);
    for await (const batch of batches) yield batch.map(read);
  } finally {
    await batches.return(undefined);
  }
}

async function* withoutBlankLines(batches: AsyncIterable<Line[]>): AsyncGenerator<Line[]> {
  for await (const batch of batches) {
    const lines = batch.filter((line) => line.text.trim() !== '');
    if (lines.length > 0) yield lines;
  }
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : undefined;
  } catch {
    return undefined;
  }
}

function cellText(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
