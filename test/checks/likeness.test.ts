import { describe, expect, it } from 'vitest';
import { likenessOf } from '../../coordinator/core/checks/detectors/likeness.ts';
import type { Feature } from '../../shared/federation/schema.ts';
import { Random } from '../../shared/learning/random.ts';

const PER_MEMBER = 30;
const MEMBERS = ['ada', 'bob', 'cyd'];
const FEATURES: readonly Feature[] = [
  { name: 'amount', type: 'numeric' },
  { name: 'size', type: 'numeric' },
  {
    name: 'service',
    type: 'category',
    unknown: 'other',
    values: Array.from({ length: 10 }, (_, at) => `s${at}`),
  },
];

/** Members' normals around a place of their own, then these rows. */
function likenessTo(asked: readonly (readonly number[])[], spread = (_member: string) => 1) {
  const random = new Random('likeness', 1);
  const normals = MEMBERS.flatMap((member, at) =>
    Array.from({ length: PER_MEMBER }, () => ({
      member,
      row: [100 * at + spread(member) * random.normal(), 10 * at + spread(member) * random.normal(), at],
    })),
  );
  const rows = [...normals.map(({ row }) => row), ...asked];
  const data = Float32Array.from(rows.flat());
  return likenessOf({
    rows: { rows: rows.length, width: 3, data },
    features: FEATURES,
    isNormal: (row) => row < normals.length,
    contributorOf: (row) => normals[row]?.member,
  }).slice(normals.length);
}

describe('whose traffic a canary row lies among', () => {
  it('is that of the member whose normal rows are as near as normal rows are to each other', () => {
    expect(
      likenessTo([
        [0.1, 0.1, 0],
        [100, 10, 1],
        [200, 20, 2],
      ]),
    ).toEqual([['ada'], ['bob'], ['cyd']]);
  });

  it("is nobody's between them, and nobody's with another category", () => {
    expect(
      likenessTo([
        [50, 5, 9],
        [0.1, 0.1, 9],
      ]),
    ).toEqual([[], []]);
  });

  it("cannot be made everybody's by one member with rows far apart", () => {
    const wide = (member: string) => (member === 'cyd' ? 1000 : 1);
    const [row] = likenessTo([[150, 15, 9]], wide);
    expect(row).toEqual([]);
  });

  it('is not widened by a member, whose rows are anywhere, for itself', () => {
    const random = new Random('anywhere', 1);
    const anywhere = (): readonly number[] => [
      1000 * random.normal(),
      100 * random.normal(),
      random.below(10),
    ];
    const given = MEMBERS.flatMap((member, at) =>
      Array.from({ length: PER_MEMBER }, () => ({
        member,
        row: member === 'cyd' ? anywhere() : [100 * at + random.normal(), 10 * at + random.normal(), at],
      })),
    );
    const rows = [...given.map(({ row }) => row), ...Array.from({ length: 40 }, anywhere)];
    const likeness = likenessOf({
      rows: { rows: rows.length, width: 3, data: Float32Array.from(rows.flat()) },
      features: FEATURES,
      isNormal: (row) => row < given.length,
      contributorOf: (row) => given[row]?.member,
    });
    expect(likeness.filter((among) => among.includes('cyd')).length).toBeLessThan(5);
  });

  it("is nobody's where nobody gave normal rows", () => {
    const likeness = likenessOf({
      rows: { rows: 2, width: 3, data: new Float32Array(6) },
      features: FEATURES,
      isNormal: (row) => row === 0,
      contributorOf: () => undefined,
    });
    expect(likeness).toEqual([[], []]);
  });
});
