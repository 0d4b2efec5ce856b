import type { Feature } from '../../shared/federation/schema.ts';
import type { RowBatch } from '../../shared/learning/family.ts';
import { heldBack } from '../../shared/learning/hold-back.ts';
import { encodeCell } from '../../shared/learning/row-codec.ts';
import { Refusal } from '../../shared/refusal.ts';
import type { LabMember } from './lab-data.ts';

/** Text cells in the order of the features, as numbers. Refuses `data_cell` with the place. */
export function encodeRows(
  features: readonly Feature[],
  rows: readonly (readonly string[])[],
  place: string,
): RowBatch {
  const width = features.length;
  const data = new Float32Array(rows.length * width);
  rows.forEach((row, at) => {
    features.forEach((feature, column) => {
      data[at * width + column] = encodeAt(feature, row[column] ?? '', `${place}, row ${at + 1}`);
    });
  });
  return { rows: rows.length, width, data };
}

function encodeAt(feature: Feature, text: string, place: string): number {
  try {
    return encodeCell(feature, text);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(error.code, `${place}: ${error.message}`, error.facts);
  }
}

/** A member whose rows are held back by their own hash, as a member of a real federation holds them back. */
export function memberOf(
  name: string,
  features: readonly Feature[],
  rows: readonly (readonly string[])[],
  share: number,
): LabMember {
  const isHeldBack = rows.map((row) => heldBack(row.join(','), share));
  return {
    name,
    train: encodeRows(
      features,
      rows.filter((_, i) => !isHeldBack[i]),
      name,
    ),
    heldBack: encodeRows(
      features,
      rows.filter((_, i) => isHeldBack[i]),
      name,
    ),
  };
}
