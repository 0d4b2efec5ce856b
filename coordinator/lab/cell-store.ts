/** Cells kept as they end, so that a grid that was stopped goes on where it was. */
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { replaceFile } from '../../shared/durable-file.ts';
import { Refusal } from '../../shared/refusal.ts';
import type { Cell } from './cell.ts';
import { keyOf } from './grid.ts';

/** What must be the same for cells to be of one grid; by name, as text. */
export type Fingerprint = Readonly<Record<string, string>>;

interface Kept {
  readonly settings: Fingerprint;
  readonly cells: readonly Cell[];
}

/** Cells by key, those of a finished file and of one under way. */
export class CellStore {
  readonly #file: string | undefined;
  #settings: Fingerprint;
  readonly #cells = new Map<string, Cell>();

  /**
   * Without a file nothing is kept beyond this process. Refuses `usage` when a file is there that was made with other
   * settings, naming them.
   */
  constructor(file: string | undefined, settings: Fingerprint) {
    this.#file = file;
    this.#settings = settings;
    if (file === undefined) return;
    for (const [path, kept] of [
      [file, readFinished(file)],
      [partOf(file), readPart(partOf(file))],
    ] as const) {
      if (kept === undefined) continue;
      requireSame(path, kept.settings, settings);
      this.#settings = { ...kept.settings, ...this.#settings };
      for (const cell of kept.cells) this.#cells.set(keyOf(cell), cell);
    }
    // On a line of its own, also after one that a kill cut.
    appendFileSync(partOf(file), `\n${JSON.stringify({ settings })}\n`);
  }

  get(key: string): Cell | undefined {
    return this.#cells.get(key);
  }

  add(cell: Cell): void {
    this.#cells.set(keyOf(cell), cell);
    if (this.#file !== undefined) appendFileSync(partOf(this.#file), `${JSON.stringify(cell)}\n`);
  }

  /**
   * Everything known goes into the file, whole or not at all; the part file has done its duty.
   *
   * @param first keys in the order of the plan: threads end cells in any other, and the same grid is the same file
   */
  async finish(extra: Readonly<Record<string, unknown>>, first: readonly string[]): Promise<void> {
    if (this.#file === undefined) return;
    const order = new Set([...first, ...this.#cells.keys()]);
    const cells = [...order].flatMap((key) => this.#cells.get(key) ?? []);
    const whole = { ...extra, settings: this.#settings, cells };
    await replaceFile(this.#file, `${JSON.stringify(whole, null, 2)}\n`);
    rmSync(partOf(this.#file), { force: true });
  }
}

export function partOf(file: string): string {
  return `${file}.part`;
}

function readFinished(file: string): Kept | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const { settings, cells } = JSON.parse(readFileSync(file, 'utf8'));
    if (isObject(settings) && Array.isArray(cells) && cells.every(isObject)) return { settings, cells };
  } catch {
    // Said below: whatever it is, it is no grid.
  }
  throw new Refusal('usage', `${file} is there and holds no grid of the lab; name another file`, { file });
}

/**
 * Lines are settings, one for each start, and cells. A line that was cut by a kill is passed over: its cell is played
 * again.
 */
function readPart(file: string): Kept | undefined {
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').split('\n').map(parsed);
  const starts = lines.flatMap((line) => (line !== undefined && 'settings' in line ? [line.settings] : []));
  const cells = lines.flatMap((line) => (line !== undefined && 'attack' in line ? [line] : []));
  return { settings: Object.assign({}, ...starts), cells };
}

function parsed(line: string): Cell | { readonly settings: Fingerprint } | undefined {
  try {
    const value = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

/** What only one of them names, e.g. a policy that came later, is no contradiction. */
function requireSame(path: string, kept: Fingerprint, asked: Fingerprint): void {
  const other = Object.keys(asked).filter((name) => kept[name] !== undefined && kept[name] !== asked[name]);
  if (other.length === 0) return;
  const said = other.map((name) => `${name} is ${kept[name]}, asked is ${asked[name]}`);
  throw new Refusal('usage', `${path} was made with other settings: ${said.join('; ')}. Name another file`, {
    file: path,
  });
}
