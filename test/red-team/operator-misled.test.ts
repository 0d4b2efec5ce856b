/** An operator who is misled: by a member's words in a terminal, or by a federation file that says what it cannot mean. */
import { describe, expect, it } from 'vitest';
import { automationInWords } from '../../coordinator/cli/automation.ts';
import { notesOf } from '../../coordinator/cli/members.ts';
import { entryLine } from '../../coordinator/cli/watch.ts';
import { thresholdOf } from '../../coordinator/core/run/threshold.ts';
import { parseFederation } from '../../shared/federation/load.ts';
import { printable } from '../../shared/terminal/run-program.ts';
import type { AutomationReply } from '../../shared/wire/generated/vedette/v1/AutomationReply.ts';
import type { MemberRecord } from '../../shared/wire/generated/vedette/v1/MemberRecord.ts';
import { refusalOf } from '../support/refusal-of.ts';

const FORGED = 'sorry\n\nada: active is advised (budget): 20 clean rounds in quarantine';

describe('a note of a member', () => {
  it('stays on the one line that says whose it is', () => {
    const conduct = { appeal: FORGED, appealedAt: 'today' } as MemberRecord['conduct'];
    const notes = notesOf({ member: 'eve', standing: 'quarantined', conduct } as MemberRecord, 0);
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

describe('a line of `rounds watch`', () => {
  const lineOf = (type: string, data: unknown, shadow: readonly string[] = []) =>
    entryLine({ type, data: JSON.stringify(data) } as Parameters<typeof entryLine>[0], new Set(shadow));

  it('does not call in quarantine whoever had one update kept out', () => {
    const verdict = { decision: 'quarantine', code: 'norm_outlier', message: 'norm 40' };
    const judged = { round: 42, member: 'eve', verdict };
    expect(lineOf('update_judged', judged)).toBe('round 42: eve kept out – norm 40');
    expect(lineOf('update_judged', judged, ['eve'])).toBe(
      'round 42: eve in shadow: would not pass – norm 40',
    );
  });

  it('has the reason of an objection, on one line and cut', () => {
    const vote = { member: 'eve', approve: false, p99: 0.15449, reason: `worse\n${'x'.repeat(1000)}` };
    const line = lineOf('vote_received', vote);
    expect(line).toMatch(/^eve objects \(p99 0\.1545\) – worse x+…$/);
    expect(line?.length).toBeLessThan(200);
  });
});

describe('what automation advises', () => {
  it('fits a terminal, with all of its reason', () => {
    const reason = 'a share of rows is below 0; '.repeat(30).trim();
    const recommendation = { to: 'quarantined', because: 'budget', reason };
    const text = automationInWords({
      recommendations: [{ member: 'eve', recommendation }],
      budgetMs: 1,
    } as unknown as AutomationReply);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(text.replaceAll(/\s+/g, ' ')).toContain(`eve: ${reason}`);
  });
});

describe('an appeal', () => {
  const AT_MS = Date.UTC(2026, 0, 1);
  const DAY_MS = 86_400_000;
  const shown = (standing: string, days: number) => {
    const conduct = { appeal: 'sorry', appealedAt: new Date(AT_MS).toISOString() };
    const record = { member: 'eve', standing, conduct } as MemberRecord;
    return notesOf(record, AT_MS + days * DAY_MS).some((note) => note.startsWith('eve appeals'));
  };

  it('is shown until the member is active again, and for a week where it was', () => {
    expect([shown('quarantined', 100), shown('suspended', 100)]).toEqual([true, true]);
    expect([shown('active', 6.9), shown('active', 7.1)]).toEqual([true, false]);
    expect(shown('revoked', 0)).toBe(false);
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
