/** How many attack, against how many a policy assumes. */
import { describe, expect, it } from 'vitest';
import { assumedBy, attackersAmong, beyondAssumed } from '../../coordinator/lab/attackers.ts';
import { Refusal } from '../../shared/refusal.ts';
import { smallFederation } from '../support/data-folder.ts';

describe('the number of attackers where none is asked for', () => {
  it('is what a policy assumes among so many, one at least and two at most', () => {
    const usual = [3, 4, 9, 10, 14, 15, 100].map((members) => attackersAmong(members, undefined));
    expect(usual).toEqual([[1], [1], [1], [2], [2], [2], [2]]);
  });

  it('is refused, with the option and the least number of members, where too few would be honest', () => {
    const refused = () => attackersAmong(2, undefined);
    expect(refused).toThrow(Refusal);
    expect(refused).toThrow('--attackers 1 needs at least 3 members, 2 of them honest; there are 2');
    expect(attackersAmong(6, [4, 1])).toEqual([4, 1]);
    expect(() => attackersAmong(6, [5, 1])).toThrow('--attackers 5 needs at least 7 members');
  });
});

describe('the outliers that a policy assumes', () => {
  const settings = { federation: smallFederation({ checks: { outliers: 3 } }), fromFile: true };

  it('are the default by the number of members, or what its checks or its rule say; none assumes nothing', () => {
    const assumed = assumedBy(settings, ['none', 'default', 'file', 'bulyan'], 10);
    expect([...assumed]).toEqual([
      ['default', 2],
      ['file', 3],
      ['bulyan', 1],
    ]);
  });

  it('are named policy by policy where not all of them are exceeded alike', () => {
    const assumed = assumedBy(settings, ['none', 'default', 'file', 'bulyan'], 10);
    expect(beyondAssumed(1, assumed)).toBeUndefined();
    expect(beyondAssumed(2, assumed)).toBe('more than bulyan (f = 1) assumes');
    expect(beyondAssumed(3, assumed)).toBe('more than default (f = 2), bulyan (f = 1) assume');
    expect(beyondAssumed(2, new Map([['median', 1]]))).toBe('more than the policy assumes (f = 1)');
    expect(beyondAssumed(2, assumedBy(settings, ['none'], 6))).toBeUndefined();
  });
});
