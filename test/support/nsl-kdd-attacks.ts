/** The labelled attacks of NSL-KDD: what the organisations would agree on as canaries, and the names in the test file. */
import { readFileSync } from 'node:fs';
import type { CanarySet } from '../../coordinator/adapters/compute/canaries.ts';
import type { RowBatch } from '../../shared/learning/family.ts';
import { Random } from '../../shared/learning/random.ts';
import { encodeCell } from '../../shared/learning/row-codec.ts';
import { joinRows, takeRows } from './federated-run.ts';
import type { ReferenceSet } from './reference-sets.ts';

const NORMALS_PER_MEMBER = 50;
const CANARIES_PER_LABEL = 100;

/** Attack rows of the training file by label, and of each the member whose incidents they are. */
export interface Incidents {
  readonly rows: RowBatch;
  readonly members: readonly string[];
}

/** @param folder `orgs` or `orgs-pure` of NSL-KDD, from which `set` was loaded */
export function loadIncidents(folder: string, set: ReferenceSet): ReadonlyMap<string, Incidents> {
  const found = new Map<string, { cells: number[]; members: string[] }>();
  for (const { name } of set.members) {
    const [header = [], ...records] = cellsOf(`${folder}/${name}.incidents.csv`);
    const columns = set.features.map((feature) => header.indexOf(feature.name));
    const labelAt = header.indexOf('label');
    for (const record of records) {
      const label = record[labelAt] ?? '';
      const { cells, members } = found.get(label) ?? { cells: [], members: [] };
      set.features.forEach((feature, f) => {
        cells.push(encodeCell(feature, record[columns[f] ?? 0] ?? ''));
      });
      members.push(name);
      found.set(label, { cells, members });
    }
  }
  const width = set.features.length;
  return new Map(
    [...found].map(([label, { cells, members }]) => [
      label,
      { rows: { rows: members.length, width, data: Float32Array.from(cells) }, members },
    ]),
  );
}

/** The label of each row of `test.csv`: `normal` or the name of an attack. */
export function testLabels(folder: string): string[] {
  const [header = [], ...records] = cellsOf(`${folder}/test.csv`);
  const at = header.indexOf('label');
  return records.map((record) => record[at] ?? '');
}

export interface Dealt {
  /** Held-back normals of every member, and of each label the same number of every member's incidents, as far as they go. */
  readonly canaries: CanarySet;
  /** Rows of this label that are not among the canaries, nor equal to one. */
  others(label: string): RowBatch;
}

export function dealCanaries(
  set: ReferenceSet,
  incidents: ReadonlyMap<string, Incidents>,
  labels: readonly string[],
): Dealt {
  const random = new Random('canaries', 1);
  const normals = set.members.map(({ name, heldBack }) => ({
    label: 'normal',
    contributor: name,
    rows: takeRows(
      heldBack,
      Array.from({ length: NORMALS_PER_MEMBER }, () => random.below(heldBack.rows)),
    ),
  }));
  const anomalies = labels.flatMap((label) => {
    const { rows, members } = incidents.get(label) ?? { rows: emptyRows(set), members: [] };
    return dealByMember(members).map((position) => ({
      label,
      contributor: members[position] ?? '',
      rows: takeRows(rows, [position]),
    }));
  });
  const canaries = [...normals, ...anomalies];
  const used = new Set(anomalies.map(({ rows }) => rows.data.join()));
  return {
    canaries: {
      batches: [joinRows(canaries.map(({ rows }) => rows))],
      labels: canaries.flatMap(({ label, rows }) => Array.from({ length: rows.rows }, () => label)),
      contributors: canaries.flatMap(({ contributor, rows }) =>
        Array.from({ length: rows.rows }, () => contributor),
      ),
    },
    others(label) {
      const rows = incidents.get(label)?.rows ?? emptyRows(set);
      const positions = Array.from({ length: rows.rows }, (_, at) => at);
      return takeRows(
        rows,
        positions.filter(
          (at) => !used.has(rows.data.subarray(at * rows.width, (at + 1) * rows.width).join()),
        ),
      );
    },
  };
}

/** Positions, one of each member in turn, at most half of what a member holds. */
function dealByMember(members: readonly string[]): number[] {
  const held = new Map<string, number[]>();
  members.forEach((member, position) => {
    const positions = held.get(member) ?? [];
    positions.push(position);
    held.set(member, positions);
  });
  const halves = [...held.values()].map((positions) => positions.slice(0, Math.ceil(positions.length / 2)));
  const longest = Math.max(0, ...halves.map(({ length }) => length));
  const inTurn = Array.from({ length: longest }, (_, turn) =>
    halves.flatMap((half) => half.slice(turn, turn + 1)),
  );
  return inTurn.flat().slice(0, CANARIES_PER_LABEL);
}

function emptyRows({ features }: ReferenceSet): RowBatch {
  return { rows: 0, width: features.length, data: new Float32Array() };
}

function cellsOf(path: string): string[][] {
  const lines = readFileSync(path, 'latin1').split('\n');
  return lines.flatMap((line) => (line === '' ? [] : [line.trimEnd().split(',')]));
}
