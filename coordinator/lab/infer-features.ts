/** The kinds of columns, from what is in them, for data that comes without a federation file. */
import { type Feature, FederationSchema } from '../../shared/federation/schema.ts';
import { columnOf, type Table } from './read-table.ts';

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/**
 * Numbers, but 0 and 1 alone (and both of them) are a boolean; anything else is a category, whose vocabulary is that of
 * the normal tables alone: what is seen only in anomalies is "other", as it would be in real life.
 */
export function inferFeatures(
  names: readonly string[],
  normals: readonly Table[],
  others: readonly Table[],
): Feature[] {
  return FederationSchema.shape.features.parse(names.map((name) => inferFeature(name, normals, others)));
}

function inferFeature(name: string, normals: readonly Table[], others: readonly Table[]) {
  const known = distinct(normals, name);
  const all = new Set([...known, ...distinct(others, name)]);
  if (![...all].every((text) => NUMBER.test(text.trim()))) {
    return { name, type: 'category', values: [...known].sort() };
  }
  const isBoolean = all.size === 2 && all.has('0') && all.has('1');
  return { name, type: isBoolean ? 'boolean' : 'numeric' };
}

function distinct(tables: readonly Table[], name: string): Set<string> {
  return new Set(tables.flatMap((table) => (table.header.includes(name) ? columnOf(table, name) : [])));
}
