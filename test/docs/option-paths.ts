/** What a zod schema lets a person write: every option by its path, with the words it takes. */
import type { z } from 'zod';

export interface Option {
  /** e.g. `model.server.optimizer`, `features[].name` */
  readonly path: string;
  /** The values of an enumeration or literal; empty for numbers, texts and the like. */
  readonly words: readonly string[];
}

type Schema = z.core.$ZodType;

/** Objects within objects, lists and unions are walked through; an option of several variants is there once. */
export function optionsOf(schema: z.ZodType): Option[] {
  const found = new Map<string, Set<string>>();
  walk(schema, '', found);
  return [...found].map(([path, words]) => ({ path, words: [...words] }));
}

function walk(schema: Schema, path: string, found: Map<string, Set<string>>): void {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'optional':
    case 'default':
    case 'prefault':
      walk(def.innerType, path, found);
      return;
    case 'pipe':
      walk(def.in, path, found);
      return;
    case 'array':
      walk(def.element, `${path}[]`, found);
      return;
    case 'union':
      for (const option of def.options) walk(option, path, found);
      return;
    case 'object':
      for (const [name, inner] of Object.entries(def.shape))
        walk(inner, path ? `${path}.${name}` : name, found);
      return;
    case 'enum':
      note(path, Object.values(def.entries).map(String), found);
      return;
    case 'literal':
      note(path, def.values.map(String), found);
      return;
    default:
      note(path, [], found);
  }
}

/** A list of plain values is the option of the list itself. */
function note(path: string, words: readonly string[], found: Map<string, Set<string>>): void {
  const option = path.replace(/\[\]$/, '');
  const known = found.get(option) ?? new Set();
  for (const word of words) known.add(word);
  found.set(option, known);
}
