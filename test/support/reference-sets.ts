/** The labelled reference data as members, held-back normals and scoring rows. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { type Feature, type Federation, FederationSchema } from '../../shared/federation/schema.ts';
import type { RowBatch } from '../../shared/learning/family.ts';
import { heldBack } from '../../shared/learning/hold-back.ts';
import { encodeCell } from '../../shared/learning/row-codec.ts';

const HOLD_BACK = 0.2;
const CATEGORIES = new Set(['protocol_type', 'service', 'flag']);
const BOOLEANS = new Set(['land', 'logged_in', 'root_shell', 'is_host_login', 'is_guest_login']);
const NOT_FEATURES = new Set(['org', 'label', 'category', 'attack']);

export interface Member {
  readonly name: string;
  readonly train: RowBatch;
  readonly heldBack: RowBatch;
}

export interface ScoringSet {
  readonly rows: RowBatch;
  /** 1 for an attack. */
  readonly labels: Uint8Array;
}

export interface ReferenceSet {
  readonly features: readonly Feature[];
  readonly members: readonly Member[];
  /** One for NSL-KDD, one per client for N-BaIoT. */
  readonly tests: readonly ScoringSet[];
}

/** A federation over these features with this model; everything else at its default. */
export function federationOf(
  features: readonly Feature[],
  model: Record<string, unknown>,
  seed = 1,
): Federation {
  return FederationSchema.parse({ federation: 'reference', features, model, seed });
}

/** @param folder `orgs` or `orgs-pure` of NSL-KDD */
export function loadNslKdd(folder: string): ReferenceSet {
  const names = readdirSync(folder).filter((name) => /^[a-z]+\.csv$/.test(name) && name !== 'test.csv');
  const tables = names.map((name) => ({ name: name.slice(0, -4), ...readTable(`${folder}/${name}`) }));
  const header = tables[0]?.header ?? [];
  const features = header.map((name, column) => {
    if (BOOLEANS.has(name)) return { name, type: 'boolean' };
    if (!CATEGORIES.has(name)) return { name, type: 'numeric' };
    const values = new Set(tables.flatMap(({ rows }) => rows.map((row) => row[column] ?? '')));
    return { name, type: 'category', values: [...values].sort() };
  });
  const parsed = FederationSchema.shape.features.parse(features);
  const test = readTable(`${folder}/test.csv`);
  const attack = test.header.indexOf('attack');
  const columns = test.header.flatMap((name, i) => (NOT_FEATURES.has(name) ? [] : [i]));
  const testRows = test.rows.map((row) => columns.map((column) => row[column] ?? ''));
  return {
    features: parsed,
    members: tables.map(({ name, rows }) => memberOf(name, parsed, rows)),
    tests: [
      {
        rows: encodeRows(parsed, testRows),
        labels: Uint8Array.from(test.rows, (row) => Number(row[attack])),
      },
    ],
  };
}

/** @param folder `noniid-10-Client_Data` of N-BaIoT: 115 numeric columns without a header */
export function loadNBaIot(folder: string): ReferenceSet {
  const clients = Array.from({ length: 10 }, (_, i) => `${folder}/client-${i + 1}`);
  const read = (path: string) => linesOf(gunzipSync(readFileSync(path)).toString('latin1'));
  const width = read(`${clients[0]}-normal.csv.gz`)[0]?.length ?? 0;
  const features = Array.from({ length: width }, (_, i) => ({ name: `f${i}`, type: 'numeric' as const }));
  const scorable = clients.filter((client) => existsSync(`${client}-abnormal.csv.gz`));
  return {
    features,
    members: clients.map((client, i) =>
      memberOf(`client-${i + 1}`, features, read(`${client}-normal.csv.gz`)),
    ),
    tests: scorable.map((client) => {
      const normal = read(`${client}-test_normal.csv.gz`);
      const abnormal = read(`${client}-abnormal.csv.gz`);
      const labels = new Uint8Array(normal.length + abnormal.length).fill(1, normal.length);
      return { rows: encodeRows(features, [...normal, ...abnormal]), labels };
    }),
  };
}

function memberOf(name: string, features: readonly Feature[], rows: readonly string[][]): Member {
  const isHeldBack = rows.map((row) => heldBack(row.join(','), HOLD_BACK));
  return {
    name,
    train: encodeRows(
      features,
      rows.filter((_, i) => !isHeldBack[i]),
    ),
    heldBack: encodeRows(
      features,
      rows.filter((_, i) => isHeldBack[i]),
    ),
  };
}

function encodeRows(features: readonly Feature[], rows: readonly (readonly string[])[]): RowBatch {
  const data = new Float32Array(rows.length * features.length);
  rows.forEach((row, r) => {
    features.forEach((feature, f) => {
      data[r * features.length + f] = encodeCell(feature, row[f] ?? '');
    });
  });
  return { rows: rows.length, width: features.length, data };
}

function readTable(path: string): { header: string[]; rows: string[][] } {
  const [header = [], ...rows] = linesOf(readFileSync(path, 'latin1'));
  return { header, rows };
}

/** These files have no quotes: a line is its cells with commas between. */
function linesOf(text: string): string[][] {
  return text.split('\n').flatMap((line) => (line === '' ? [] : [line.trimEnd().split(',')]));
}
