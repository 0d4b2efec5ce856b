/** Cells to numbers and back: what one value of a declared feature is in a `RowBatch`. */
import type { Feature } from '../federation/schema.ts';
import { Refusal } from '../refusal.ts';

/** The longest part of a cell that a message repeats. */
const SHOWN_CHARACTERS = 64;

/** Binary, octal and hexadecimal literals pass `Number`, but no exporter of events writes them. */
const NON_DECIMAL = /^\s*0[xob]/i;

const vocabularies = new WeakMap<Feature, ReadonlyMap<string, number>>();

/**
 * The number for one cell: the value itself, the index in the vocabulary (its length means "other"), or 0/1.
 * Refuses with `data_cell` what is empty, not a number, beyond float32, or outside a closed vocabulary.
 */
export function encodeCell(feature: Feature, text: string): number {
  switch (feature.type) {
    case 'numeric':
      return encodeNumber(feature.name, text);
    case 'boolean':
      return encodeBoolean(feature.name, text);
    case 'category':
      return encodeCategory(feature, text);
  }
}

/** The value a person reads: the inverse of `encodeCell`, with `(other)` for what the vocabulary lacks. */
export function decodeCell(feature: Feature, value: number): string | number | boolean {
  switch (feature.type) {
    case 'numeric':
      return value;
    case 'boolean':
      return value >= 0.5;
    case 'category':
      return feature.values[Math.round(value)] ?? '(other)';
  }
}

function encodeNumber(column: string, text: string): number {
  const value = text.trim() === '' || NON_DECIMAL.test(text) ? Number.NaN : Number(text);
  // Rows are float32: a value that only float64 can hold would become infinite there. Adding 0 turns -0 into 0.
  const single = Math.fround(value) + 0;
  if (Number.isFinite(single)) return single;
  throw refusedCell(column, text, 'a finite decimal number within float32');
}

function encodeBoolean(column: string, text: string): number {
  const word = text.trim().toLowerCase();
  if (word === 'true') return 1;
  if (word === 'false') return 0;
  const value = word === '' ? Number.NaN : Number(word);
  if (value === 0 || value === 1) return value;
  throw refusedCell(column, text, '0, 1, true or false');
}

function encodeCategory(feature: Extract<Feature, { type: 'category' }>, text: string): number {
  let vocabulary = vocabularies.get(feature);
  if (!vocabulary) {
    vocabulary = new Map(feature.values.map((value, index) => [value, index]));
    vocabularies.set(feature, vocabulary);
  }
  const index = vocabulary.get(text);
  if (index !== undefined) return index;
  if (feature.unknown === 'refuse') {
    throw refusedCell(feature.name, text, `one of the ${feature.values.length} declared categories`);
  }
  return feature.values.length;
}

function refusedCell(column: string, text: string, bound: string): Refusal {
  const value = JSON.stringify(text.slice(0, SHOWN_CHARACTERS));
  return new Refusal('data_cell', `column ${column}: ${value} is not ${bound}`, { column, value, bound });
}
