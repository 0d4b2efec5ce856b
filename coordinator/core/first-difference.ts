/** Where two plain JSON values first differ. */

export interface Difference {
  /** e.g. `judged.2.verdict.code`; empty for the values themselves. */
  readonly path: string;
  readonly seen: unknown;
  readonly recorded: unknown;
}

/** In the order of the keys of `recorded`, then of what only `seen` has; undefined when they are equal. */
export function firstDifference(seen: unknown, recorded: unknown, path = ''): Difference | undefined {
  if (Object.is(seen, recorded)) return undefined;
  if (!isBranch(seen) || !isBranch(recorded) || Array.isArray(seen) !== Array.isArray(recorded))
    return { path, seen, recorded };
  for (const key of new Set([...Object.keys(recorded), ...Object.keys(seen)])) {
    const below = firstDifference(seen[key], recorded[key], path === '' ? key : `${path}.${key}`);
    if (below) return below;
  }
  return undefined;
}

function isBranch(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** What a difference says to a reader, each side cut to a length that fits a line. */
export function tellDifference({ path, seen, recorded }: Difference): string {
  return `${path || 'it'} comes out as ${short(seen)}, recorded is ${short(recorded)}`;
}

const SHOWN_CHARACTERS = 80;

function short(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
