/** The directions of the house: who may lean on whom, how long a file may be, and what every refusal must have. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CRASH_POINTS } from '../coordinator/flow/crash-points.ts';
import { REFUSALS } from '../shared/refusal.ts';

const ROOT = resolve(import.meta.dirname, '..');
const MAX_LINES = 350;
const IMPORT = /(?:\bfrom\s+|\bimport\s*\(?\s*)'([^'\n]+)'/g;

interface SourceFile {
  /** From the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** Files of this project by path from the root; packages and node: modules by name. */
  readonly imports: readonly string[];
}

function sourcesUnder(folder: string): SourceFile[] {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.ts')).map((name) => readSource(join(ROOT, folder, name)));
}

function readSource(file: string): SourceFile {
  const text = readFileSync(file, 'utf8');
  const imports = [...text.matchAll(IMPORT)].map(([, target = '']) =>
    target.startsWith('.') ? fromRoot(resolve(dirname(file), target)) : target,
  );
  return { path: fromRoot(file), text, imports };
}

function fromRoot(file: string): string {
  return relative(ROOT, file).split(sep).join('/');
}

const SHARED = sourcesUnder('shared');
const COORDINATOR = sourcesUnder('coordinator');
const CLIENT = sourcesUnder('client');
const ALL = [...SHARED, ...COORDINATOR, ...CLIENT];

function within(sources: readonly SourceFile[], folder: string): SourceFile[] {
  return sources.filter(({ path }) => path.startsWith(folder));
}

/** `importer -> imported` for every import of these sources that `wrong` says is one. */
function wrongImports(
  sources: readonly SourceFile[],
  wrong: (target: string, importer: string) => boolean,
): string[] {
  return sources.flatMap(({ path, imports }) =>
    imports.filter((target) => wrong(target, path)).map((target) => `${path} -> ${target}`),
  );
}

/** Pure packages: hashes, canonical JSON, schemas. Everything else outside the project does I/O or may. */
const PURE = ['@noble/', 'canonicalize', 'zod'];

function isOutside(target: string): boolean {
  return !/^(shared|coordinator|client|proto)\//.test(target);
}

describe('the import graph', () => {
  it('was read: rooms are not empty and imports are found', () => {
    for (const sources of [SHARED, COORDINATOR, CLIENT]) {
      expect(sources.length).toBeGreaterThan(20);
      expect(sources.flatMap(({ imports }) => imports).length).toBeGreaterThan(50);
    }
  });

  it('shared leans on neither side', () => {
    expect(wrongImports(SHARED, (target) => /^(coordinator|client)\//.test(target))).toEqual([]);
  });

  it('coordinator and client never lean on each other', () => {
    expect(wrongImports(COORDINATOR, (target) => target.startsWith('client/'))).toEqual([]);
    expect(wrongImports(CLIENT, (target) => target.startsWith('coordinator/'))).toEqual([]);
  });

  it('nothing in the house leans on tests, benches or examples', () => {
    expect(wrongImports(ALL, (target) => /^(test|bench|examples)\//.test(target))).toEqual([]);
  });

  it('the coordinator’s core does no I/O: pure packages, shared, types of ports, and itself', () => {
    const wrong = (target: string) =>
      isOutside(target)
        ? !PURE.some((name) => target.startsWith(name))
        : !/^(shared|coordinator\/(core|ports))\//.test(target);
    expect(wrongImports(within(COORDINATOR, 'coordinator/core/'), wrong)).toEqual([]);
  });

  it('nothing that the core leans on in shared does I/O either', () => {
    const reached = new Set<string>();
    const queue = within(COORDINATOR, 'coordinator/core/').flatMap(runtimeImports);
    for (let target = queue.pop(); target !== undefined; target = queue.pop()) {
      if (reached.has(target)) continue;
      reached.add(target);
      const source = SHARED.find(({ path }) => path === target);
      if (source) queue.push(...runtimeImports(source));
    }
    expect(
      [...reached].filter((target) => isOutside(target) && !PURE.some((name) => target.startsWith(name))),
    ).toEqual([]);
  });

  it('flows of the coordinator lean on ports and core, never on adapters', () => {
    expect(
      wrongImports(within(COORDINATOR, 'coordinator/flow/'), (target) => target.includes('/adapters/')),
    ).toEqual([]);
    expect(
      wrongImports(within(COORDINATOR, 'coordinator/ports/'), (target) => target.includes('/adapters/')),
    ).toEqual([]);
  });

  it('adapters of the coordinator are put together by compose, init and the command line only', () => {
    const composers = /^coordinator\/(check-home|compose|init|main)\.ts$|^coordinator\/(cli|adapters|lab)\//;
    const wrong = (target: string, importer: string) =>
      target.startsWith('coordinator/adapters/') && !composers.test(importer);
    expect(wrongImports(COORDINATOR, wrong)).toEqual([]);
  });

  it('the client’s core leans on shared, its ports and itself, and reads no files and opens no sockets', () => {
    const wrong = (target: string) =>
      isOutside(target)
        ? target !== 'node:crypto' && !PURE.some((name) => target.startsWith(name))
        : !/^(shared|client\/(core|ports))\//.test(target);
    expect(wrongImports(within(CLIENT, 'client/core/'), wrong)).toEqual([]);
  });
});

/** Imports that are there at run time; types leave no trace. */
function runtimeImports({ text, imports }: SourceFile): string[] {
  const typeOnly = new Set(
    [...text.matchAll(/^import type [^;]*?from '([^']+)'/gm)].map(([, target = '']) => target),
  );
  const targets = [...text.matchAll(IMPORT)].map(([, target = '']) => target);
  return imports.filter((_, place) => !typeOnly.has(targets[place] ?? ''));
}

describe('a source file', () => {
  it(`has at most ${MAX_LINES} lines`, () => {
    const long = ALL.map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
      .filter(({ path, lines }) => lines > MAX_LINES && !path.includes('/generated/'))
      .map(({ path, lines }) => `${path}: ${lines}`);
    expect(long).toEqual([]);
  });

  it('is named in kebab-case', () => {
    const odd = ALL.map(({ path }) => path).filter(
      (path) => !path.includes('/generated/') && !/^[a-z0-9/-]+(\.d)?\.ts$/.test(path),
    );
    expect(odd).toEqual([]);
  });
});

describe('a refusal code', () => {
  const codes = Object.keys(REFUSALS);
  const page = readFileSync(join(ROOT, 'docs/reference/refusals.md'), 'utf8');

  it.each(Object.entries(REFUSALS))(
    '%s has an entry in the reference: kind, meaning, how to resolve',
    (code, entry) => {
      const [, section = ''] = page.split(`### \`${code}\`\n`);
      const [text = ''] = section.split('\n##');
      expect(text).toMatch(new RegExp(`^\\s*Kind: ${entry.kind}\\. \\S.{10,}`));
      expect(text).toContain(`**How to resolve.** ${entry.resolve}`);
    },
  );

  it('is in the reference only when it is in the catalogue', () => {
    const headings = [...page.matchAll(/^### `([^`]+)`$/gm)].map(([, code]) => code);
    expect(headings).toEqual(codes);
  });

  it('is given somewhere', () => {
    const given = ALL.filter(({ path }) => path !== 'shared/refusal-catalogue.ts')
      .map(({ text }) => text)
      .join('\n');
    expect(codes.filter((code) => !given.includes(`'${code}'`) && !given.includes(`${code}:`))).toEqual([]);
  });
});

describe('a crash point', () => {
  it.each(CRASH_POINTS)('%s stands in exactly one place', (label) => {
    const places = COORDINATOR.filter(({ text }) => text.includes(`crashPoint('${label}')`));
    expect(places.map(({ path }) => path)).toHaveLength(1);
  });
});
