import { describe, expect, it } from 'vitest';
import { FederationSchema } from '../../shared/federation/schema.ts';
import { optionsOf } from './option-paths.ts';
import { codeOf, documented, page } from './pages.ts';

const text = page('docs/reference/federation-file.md');
const options = optionsOf(FederationSchema);

describe('the reference of the federation file', () => {
  it('has a row for every option there is', () => {
    const rows = documented(text);
    expect(options.map(({ path }) => path).filter((path) => !rows.includes(path))).toEqual([]);
  });

  it('has no row for an option there is not', () => {
    const paths = options.map(({ path }) => path);
    expect(documented(text).filter((row) => !paths.includes(row))).toEqual([]);
  });

  it('names every word that an option takes', () => {
    const code = codeOf(text);
    expect(options.flatMap(({ words }) => words).filter((word) => !code.has(word))).toEqual([]);
  });
});
