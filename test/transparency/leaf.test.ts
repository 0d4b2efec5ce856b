import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { FIRST_PREVIOUS, leafHash } from '../../shared/transparency/leaf.ts';

const entry = {
  index: 0,
  at: '2026-11-22T12:00:00.000Z',
  type: 'member_enrolled',
  data: { b: 1, a: 'é' },
  previous: FIRST_PREVIOUS,
};

describe('the leaf of a journal entry', () => {
  it('is SHA-256 of a zero byte and the canonical entry', () => {
    const canonical = `{"at":"2026-11-22T12:00:00.000Z","data":{"a":"é","b":1},"index":0,"previous":"${'0'.repeat(64)}","type":"member_enrolled"}`;
    const expected = createHash('sha256').update(`\0${canonical}`, 'utf8').digest('hex');
    expect(leafHash(entry)).toBe(expected);
  });

  it('does not depend on the order of keys or on fields beside the five', () => {
    const reordered = {
      leaf: 'x',
      previous: FIRST_PREVIOUS,
      data: { a: 'é', b: 1 },
      type: entry.type,
      at: entry.at,
      index: 0,
    };
    expect(leafHash(reordered)).toBe(leafHash(entry));
  });

  it('changes with every one of its fields', () => {
    const changed = [
      { index: 1 },
      { at: '' },
      { type: 'x' },
      { data: { a: 'e', b: 1 } },
      { previous: '1'.repeat(64) },
    ];
    const leaves = changed.map((change) => leafHash({ ...entry, ...change }));
    expect(new Set([...leaves, leafHash(entry)]).size).toBe(6);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, '\ud800'])(
    'is refused to data that is no JSON: %s',
    (value) => {
      expect(() => leafHash({ ...entry, data: { value } })).toThrow();
    },
  );
});
