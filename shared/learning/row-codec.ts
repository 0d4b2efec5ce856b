/** One cell of a row: from text to the number that the learning works on, and back for people to read. */
import type { Feature } from '../federation/schema.ts';
import { Refusal } from '../refusal.ts';

type NumericFeature = Extract<Feature, { type: 'numeric' }>;
type CategoryFeature = Extract<Feature, { type: 'category' }>;

/** Decimal notation only: no hexadecimal, no blanks, no words. */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const BOOLEANS: ReadonlyMap<string, number> = new Map([
  ['0', 0],
  ['1', 1],
  ['false', 0],
  ['true', 1],
]);
const LARGEST = 3.4028234663852886e38;
const SHOWN_CHARACTERS = 40;
/** Enough to tell any two 32-bit floats apart. */
const MOST_DIGITS = 9;

const vocabularies = new WeakMap<CategoryFeature, ReadonlyMap<string, number>>();

/**
 * The number that stands for a cell: the value itself, the index in the vocabulary (its length for "other"),
 * or 0 and 1. Refuses with `data_cell` what is none of these.
 */
export function encodeCell(feature: Feature, text: string): number {
  if (feature.type === 'numeric') return encodeNumber(feature, text);
  if (feature.type === 'category') return encodeCategory(feature, text);
  const value = BOOLEANS.get(text.trim().toLowerCase());
  if (value === undefined) throw cellRefusal(feature, text, 'is not one of 0, 1, true, false');
  return value;
}

/** What people read in place of an encoded cell; "other" for a category outside the vocabulary. */
export function decodeCell(feature: Feature, value: number): string | number | boolean {
  if (feature.type === 'numeric') return shortestOf(value);
  if (feature.type === 'boolean') return value !== 0;
  return feature.values[value] ?? 'other';
}

/** The shortest decimal that is the same 32-bit float: 0.1 and not 0.10000000149. */
function shortestOf(value: number): number {
  for (let digits = 1; digits < MOST_DIGITS; digits += 1) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === Math.fround(value)) return rounded;
  }
  return value;
}

function encodeNumber(feature: NumericFeature, text: string): number {
  const trimmed = text.trim();
  if (!NUMBER.test(trimmed)) throw cellRefusal(feature, text, 'is not a finite number');
  const value = Number(trimmed);
  if (Math.abs(value) > LARGEST)
    throw cellRefusal(feature, text, `is beyond ±${LARGEST}, the largest 32-bit float`);
  if (feature.min !== undefined && value < feature.min)
    throw cellRefusal(feature, text, `is below min ${feature.min}`);
  if (feature.max !== undefined && value > feature.max)
    throw cellRefusal(feature, text, `is above max ${feature.max}`);
  return value;
}

function encodeCategory(feature: CategoryFeature, text: string): number {
  const index = vocabularyOf(feature).get(text);
  if (index !== undefined) return index;
  if (feature.unknown === 'refuse') {
    throw cellRefusal(feature, text, `is not one of the ${feature.values.length} values declared`);
  }
  return feature.values.length;
}

function vocabularyOf(feature: CategoryFeature): ReadonlyMap<string, number> {
  const known = vocabularies.get(feature);
  if (known) return known;
  const made = new Map(feature.values.map((value, index) => [value, index]));
  vocabularies.set(feature, made);
  return made;
}

function cellRefusal(feature: Feature, text: string, fault: string): Refusal {
  const shown = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
  return new Refusal('data_cell', `${feature.name}: ${JSON.stringify(shown)} ${fault}`, {
    feature: feature.name,
    value: shown,
  });
}
