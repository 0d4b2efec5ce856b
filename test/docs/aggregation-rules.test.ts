import { describe, expect, it } from 'vitest';
import { BEFORE, RULES } from '../../coordinator/core/aggregators/registry.ts';
import { documented, page } from './pages.ts';

describe('the reference of the aggregation rules', () => {
  it('has a row for every rule and every step before one, and no other', () => {
    const rows = documented(page('docs/reference/aggregation-rules.md'));
    expect(rows).toEqual([...Object.keys(RULES), ...Object.keys(BEFORE)]);
  });
});
