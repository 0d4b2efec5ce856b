/** What the organisations hold and what scores the result, cut so that each gets only its own. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'csv-parse/sync';
import { Refusal } from '../../shared/refusal.ts';

export interface Organisation {
  readonly name: string;
  /** Its normal rows. */
  readonly file: string;
  /** Its known incidents, if it has any. */
  readonly incidents: string | undefined;
}

export interface TestRow {
  /** Name of what it is; what the alert should have been called. */
  readonly label: string;
  readonly attack: boolean;
}

/** The test rows of one organisation, in a file that holds their features and nothing that tells what they are. */
export interface TestSlice {
  /** Who scores them. */
  readonly owner: string;
  readonly file: string;
  readonly rows: readonly TestRow[];
}

const NOT_ORGANISATIONS = new Set(['test', 'canary']);
const INCIDENTS = '.incidents';
/** Columns of test.csv that are not handed to whoever scores. */
const TOLD_AFTERWARDS = new Set(['org', 'label', 'category', 'attack']);

/** Every organisation with a file in the folder, by name; the first `count` of them. Refuses `data_missing`, `usage`. */
export function organisationsIn(folder: string, count: number | undefined): Organisation[] {
  if (!existsSync(folder)) throw new Refusal('data_missing', `there is no folder ${folder}`, { folder });
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.csv'))
    .map((name) => name.slice(0, -'.csv'.length))
    .filter((name) => !NOT_ORGANISATIONS.has(name) && !name.endsWith(INCIDENTS))
    .sort();
  if (names.length === 0)
    throw new Refusal('data_missing', `${folder} holds no <organisation>.csv`, { folder });
  if (count !== undefined && count > names.length) {
    throw new Refusal('usage', `--clients ${count}: ${folder} holds ${names.length} organisations`, {
      clients: count,
      bound: names.length,
    });
  }
  return names.slice(0, count).map((name) => organisationIn(folder, name));
}

function organisationIn(folder: string, name: string): Organisation {
  const incidents = resolve(folder, `${name}${INCIDENTS}.csv`);
  return {
    name,
    file: resolve(folder, `${name}.csv`),
    incidents: existsSync(incidents) ? incidents : undefined,
  };
}

/**
 * Cuts test.csv into one file an owner. Rows of an organisation that takes no part fall to `rest`.
 * Refuses `data_missing`, `data_columns`.
 */
export function cutTest(
  folder: string,
  owners: readonly string[],
  rest: string,
  fileOf: (owner: string) => string,
): TestSlice[] {
  const path = join(folder, 'test.csv');
  if (!existsSync(path)) throw new Refusal('data_missing', `there is no ${path} to score with`, { path });
  const [header = [], ...records] = parse(readFileSync(path), { bom: true }) as string[][];
  const places = {
    org: header.indexOf('org'),
    label: header.indexOf('label'),
    attack: header.indexOf('attack'),
  };
  const missing = Object.entries(places).find(([, place]) => place < 0)?.[0];
  if (missing) throw new Refusal('data_columns', `${path} has no column ${missing}`, { column: missing });
  const features = header.flatMap((name, place) => (TOLD_AFTERWARDS.has(name) ? [] : [place]));
  return [...owners, rest].flatMap((owner) => {
    const own = records.filter((record) => ownerOf(record[places.org] ?? '', owners, rest) === owner);
    if (own.length === 0) return [];
    const file = fileOf(owner);
    writeFileSync(
      file,
      [header, ...own]
        .map((record) => features.map((place) => quoted(record[place] ?? '')).join(','))
        .join('\n'),
    );
    const rows = own.map((record) => ({
      label: record[places.label] ?? '',
      attack: record[places.attack] === '1',
    }));
    return [{ owner, file, rows }];
  });
}

function ownerOf(organisation: string, owners: readonly string[], rest: string): string {
  return owners.includes(organisation) ? organisation : rest;
}

function quoted(cell: string): string {
  return /[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
