/** A CSV file, gzipped or not, as cells in memory. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { Refusal } from '../../shared/refusal.ts';

/** Every line; most files have no quotes, and then a line is its cells with commas between. Refuses `data_format`. */
export function readCells(path: string): string[][] {
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').replace(/^\uFEFF/, '');
  if (text.includes('"')) return parseQuoted(path, text);
  return text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trimEnd().split(',')]));
}

function parseQuoted(path: string, text: string): string[][] {
  try {
    return parse(text, { skip_empty_lines: true });
  } catch (error) {
    throw new Refusal('data_format', `${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export interface Table {
  readonly path: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The first line names the columns. */
export function readTable(path: string): Table {
  const [header = [], ...rows] = readCells(path);
  return { path, header, rows };
}

/** The cells of these columns, row by row. Refuses `data_columns` when one is missing. */
export function columnsOf({ path, header, rows }: Table, names: readonly string[]): string[][] {
  const places = names.map((name) => header.indexOf(name));
  const missing = names.filter((_, i) => places[i] === -1);
  if (missing.length > 0)
    throw new Refusal('data_columns', `${path}: columns missing: ${missing.join(', ')}`, { path });
  return rows.map((row) => places.map((place) => row[place] ?? ''));
}

/** One column, or '' where there is none. */
export function columnOf({ header, rows }: Table, name: string): string[] {
  const place = header.indexOf(name);
  return rows.map((row) => (place === -1 ? '' : (row[place] ?? '')));
}
