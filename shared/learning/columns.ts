/** Where each declared feature lies: in a raw row, and in the encoded vector that models see. */
import type { Feature } from '../federation/schema.ts';

/** A feature's place. `slot` counts the features of its own type; `column` is its first encoded column. */
export interface Place<F extends Feature = Feature> {
  readonly feature: F;
  /** Position in a raw row. */
  readonly index: number;
  readonly slot: number;
  readonly column: number;
  /** Encoded columns: vocabulary and "other" for a category, else 1. */
  readonly columns: number;
}

export type CategoryPlace = Place<Extract<Feature, { type: 'category' }>> & {
  /** First frequency of this category in the vector of all categories' frequencies. */
  readonly offset: number;
};

export interface Columns {
  /** In declared order. */
  readonly places: readonly Place[];
  readonly numerics: readonly Place[];
  readonly categories: readonly CategoryPlace[];
  readonly booleans: readonly Place[];
  /** Length of all categories' frequencies together. */
  readonly categoryWidth: number;
  /** Length of an encoded row. */
  readonly width: number;
}

export function planColumns(features: readonly Feature[]): Columns {
  const slots = { numeric: 0, category: 0, boolean: 0 };
  let column = 0;
  const places = features.map((feature, index): Place => {
    const columns = feature.type === 'category' ? feature.values.length + 1 : 1;
    const place = { feature, index, slot: slots[feature.type], column, columns };
    slots[feature.type] += 1;
    column += columns;
    return place;
  });
  const categories = placeCategories(places);
  return {
    places,
    numerics: places.filter(({ feature }) => feature.type === 'numeric'),
    categories,
    booleans: places.filter(({ feature }) => feature.type === 'boolean'),
    categoryWidth: categories.reduce((sum, { columns }) => sum + columns, 0),
    width: column,
  };
}

function placeCategories(places: readonly Place[]): CategoryPlace[] {
  let offset = 0;
  return places.flatMap((place) => {
    if (place.feature.type !== 'category') return [];
    const placed = { ...place, feature: place.feature, offset };
    offset += place.columns;
    return [placed];
  });
}
