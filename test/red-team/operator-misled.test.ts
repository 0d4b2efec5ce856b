/** An operator who is misled: by a member's words in a terminal, or by a federation file that says what it cannot mean. */
import { describe, expect, it } from 'vitest';
import { notesOf } from '../../coordinator/cli/members.ts';
import { entryLine } from '../../coordinator/cli/watch.ts';
import { thresholdOf } from '../../coordinator/core/run/threshold.ts';
import { parseFederation } from '../../shared/federation/load.ts';
import { printable } from '../../shared/terminal/run-program.ts';
import type { MemberRecord } from '../../shared/wire/generated/vedette/v1/MemberRecord.ts';
import { refusalOf } from '../support/refusal-of.ts';

const FORGED = 'sorry\n\nada: active is advised (budget): 20 clean rounds in quarantine';

describe('a note of a member', () => {
  it('stays on the one line that says whose it is', () => {
    const conduct = { appeal: FORGED, appealedAt: 'today' } as MemberRecord['conduct'];
    const notes = notesOf({ member: 'eve', standing: 'quarantined', conduct } as MemberRecord);
    for (const note of notes) expect(note).toMatch(/^eve [^\n]*$/);
    const data = JSON.stringify({ member: 'eve', note: FORGED });
    expect(entryLine({ type: 'appeal_lodged', data } as Parameters<typeof entryLine>[0])).toMatch(
      /^eve appeals – [^\n]*$/,
    );
  });

  it('does not turn the direction in which a terminal writes', () => {
    expect(printable('a\u202eb\u2066c\u2028d')).toBe('a�b�c�d');
  });
});

describe('a federation file', () => {
  const file = (line: string) =>
    `federation: told\nfeatures: [{ name: bytes, type: numeric }]\nmodel: { family: christoffel }\n${line}\n`;

  it.each([
    ['checks: { norm: { low: 3, high: 0.1 } }', 'checks.norm'],
    ['checks: { norm: { high: 0.9 } }', 'checks.norm'],
    ['standing: { quarantineAfter: 11 }', 'standing.quarantineAfter'],
    ['standing: { budget: { per: 0s } }', 'standing.budget.per'],
  ])('that would refuse everybody, or never act, is an error with its path: %s', (line, path) => {
    const refusal = refusalOf(() => parseFederation(file(line)));
    expect(refusal.code).toBe('federation_invalid');
    expect(refusal.facts).toMatchObject({ path });
  });

  it('that assumes as many outliers as it may still has a threshold', () => {
    const { checks } = parseFederation(file('checks: { outliers: 10000 }'));
    expect(thresholdOf([3, 1, 2], checks.outliers).threshold).toBe(1);
  });
});
