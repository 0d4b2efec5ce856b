/** Data folders: organisations as CSV files with a header, or clients as gzipped files of numbers without one. */
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Feature } from '../../shared/federation/schema.ts';
import type { RowBatch } from '../../shared/learning/family.ts';
import { Random } from '../../shared/learning/random.ts';
import { Refusal } from '../../shared/refusal.ts';
import { drawPositions, joinRows, takeRows } from './attacks/rows.ts';
import { encodeRows, memberOf } from './encode-rows.ts';
import { inferFeatures } from './infer-features.ts';
import { type Incidents, type LabData, type LabelledRows, NORMAL } from './lab-data.ts';
import { columnOf, columnsOf, readCells, readTable, type Table } from './read-table.ts';

const ORGANISATION = /^(?!test\.|canary\.)[^.]+\.csv$/;
const CLIENT = /^client-(\d+)-normal\.csv\.gz$/;
const TEST_FILE = 'test.csv';
/** Columns that say something of a row and are no feature. */
const NOT_FEATURES = new Set(['org', 'label', 'category', 'attack', 'contributor']);
/** Rows of one kind of anomaly that are kept to draw canaries and attackers' rows from. */
const MOST_INCIDENTS = 4000;
/** Share of the clients' abnormal rows that is set aside as incidents; the rest scores. */
const SET_ASIDE = 0.2;
/** What abnormal rows are called where files do not say what they are. */
export const ABNORMAL = 'abnormal';

export interface FolderOptions {
  /** Declared features, e.g. of a federation file; otherwise inferred from the columns. */
  readonly features: readonly Feature[] | undefined;
  /** Share of the normals held back. */
  readonly holdBack: number;
}

/** Reads a data folder of either kind. Refuses `data_missing` when it is neither. */
export function readDataFolder(folder: string, options: FolderOptions): LabData {
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  const whole = resolve(folder);
  const name = `${basename(dirname(whole))}/${basename(whole)}`;
  if (names.some((file) => CLIENT.test(file))) return { ...readClients(folder, names, options), name };
  if (names.includes(TEST_FILE)) return { ...readOrganisations(folder, names, options), name };
  throw new Refusal(
    'data_missing',
    `${folder} has neither ${TEST_FILE} beside organisations' CSV files nor client-N-normal.csv.gz`,
    { folder },
  );
}

function readOrganisations(
  folder: string,
  names: readonly string[],
  { features: declared, holdBack }: FolderOptions,
): Omit<LabData, 'name'> {
  const organisations = names.filter((file) => ORGANISATION.test(file)).map((file) => file.slice(0, -4));
  const normals = organisations.map((name) => readTable(join(folder, `${name}.csv`)));
  const incidents = organisations.map((name) => readIfThere(join(folder, `${name}.incidents.csv`)));
  const test = readTable(join(folder, TEST_FILE));
  const columns = (normals[0]?.header ?? []).filter((name) => !NOT_FEATURES.has(name));
  const features = declared ?? inferFeatures(columns, normals, [...incidents, test]);
  const wanted = features.map(({ name }) => name);
  return {
    features,
    members: normals.map((table, at) =>
      memberOf(organisations[at] ?? '', features, columnsOf(table, wanted), holdBack),
    ),
    incidents: keptOf(
      incidents.flatMap((table, at) => {
        if (table.rows.length === 0) return [];
        const rows = encodeRows(features, columnsOf(table, wanted), table.path);
        const contributors = new Array<string>(rows.rows).fill(organisations[at] ?? '');
        return [{ rows, labels: columnOf(table, 'label'), contributors }];
      }),
      features.length,
    ),
    tests: [{ rows: encodeRows(features, columnsOf(test, wanted), test.path), labels: testLabels(test) }],
  };
}

function readIfThere(path: string): Table {
  return existsSync(path) ? readTable(path) : { path, header: [], rows: [] };
}

/** A row is normal where `attack` is 0, or where its label says so. */
function testLabels(test: Table): string[] {
  const labels = columnOf(test, 'label');
  if (!test.header.includes('attack')) return labels;
  const attacks = columnOf(test, 'attack');
  return labels.map((label, at) => (attacks[at] === '0' ? NORMAL : label === NORMAL ? ABNORMAL : label));
}

function readClients(
  folder: string,
  names: readonly string[],
  { features: declared, holdBack }: FolderOptions,
): Omit<LabData, 'name'> {
  const numbers = names.flatMap((file) => CLIENT.exec(file)?.[1] ?? []).sort((a, b) => Number(a) - Number(b));
  const clients = numbers.map((number) => `client-${number}`);
  const cellsOf = (client: string, part: string) => {
    const path = join(folder, `${client}-${part}.csv.gz`);
    return existsSync(path) ? readCells(path) : [];
  };
  const normals = clients.map((client) => cellsOf(client, 'normal'));
  const features = declared ?? numericFeatures(normals[0]?.[0]?.length ?? 0);
  const encode = (client: string, part: string) =>
    encodeRows(features, cellsOf(client, part), `${client}-${part}`);
  const parts: Incidents[] = [];
  const tests: LabelledRows[] = [];
  for (const client of clients) {
    const abnormal = encode(client, 'abnormal');
    if (abnormal.rows === 0) continue;
    const { aside, rest } = setAside(abnormal, client);
    parts.push({ rows: aside, labels: labelled(aside, ABNORMAL), contributors: labelled(aside, client) });
    const normal = encode(client, 'test_normal');
    tests.push({
      rows: joinRows([normal, rest]),
      labels: [...labelled(normal, NORMAL), ...labelled(rest, ABNORMAL)],
    });
  }
  return {
    features,
    members: clients.map((client, at) => memberOf(client, features, normals[at] ?? [], holdBack)),
    incidents: keptOf(parts, features.length),
    tests,
  };
}

function numericFeatures(width: number): Feature[] {
  return Array.from({ length: width }, (_, at) => ({ name: `f${at}`, type: 'numeric' }));
}

function labelled({ rows }: RowBatch, label: string): string[] {
  return new Array<string>(rows).fill(label);
}

/** The same rows whatever is simulated, so that test rows are the same in every cell. */
function setAside(batch: RowBatch, client: string): { aside: RowBatch; rest: RowBatch } {
  const random = new Random(`lab set aside ${client}`, 0);
  const chosen = new Set(drawPositions(batch.rows, Math.round(SET_ASIDE * batch.rows), random));
  const positions = Array.from({ length: batch.rows }, (_, at) => at);
  return {
    aside: takeRows(
      batch,
      positions.filter((at) => chosen.has(at)),
    ),
    rest: takeRows(
      batch,
      positions.filter((at) => !chosen.has(at)),
    ),
  };
}

/** Joined, with at most `MOST_INCIDENTS` of each label. */
export function keptOf(parts: readonly Incidents[], width: number): Incidents {
  const rows = joinRows([{ rows: 0, width, data: new Float32Array() }, ...parts.map((part) => part.rows)]);
  const labels = parts.flatMap((part) => part.labels);
  const contributors = parts.flatMap((part) => part.contributors);
  const random = new Random('lab incidents', 0);
  const kept = [...new Set(labels)].sort().flatMap((label) => {
    const own = labels.flatMap((one, at) => (one === label ? [at] : []));
    return drawPositions(own.length, MOST_INCIDENTS, random).map((at) => own[at] ?? 0);
  });
  kept.sort((a, b) => a - b);
  return {
    rows: takeRows(rows, kept),
    labels: kept.map((at) => labels[at] ?? ''),
    contributors: kept.map((at) => contributors[at] ?? ''),
  };
}
