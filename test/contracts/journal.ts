/** What every journal must do. Run by each adapter's test. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Entry, Journal } from '../../coordinator/ports/journal.ts';
import { FIRST_PREVIOUS, leafHash } from '../../shared/transparency/leaf.ts';
import { draft, drafts } from '../support/journal-drafts.ts';

/** How the suite gets at an adapter. */
export interface JournalSubject {
  /** The journal: empty at first, and again what was closed when the adapter keeps it. */
  open(): Promise<Journal>;
  dispose(): Promise<void>;
}

/** `keeps`: whether what was appended outlives a close. */
export function journalContract(
  name: string,
  keeps: boolean,
  subjectOf: () => Promise<JournalSubject>,
): void {
  describe(`${name} as a journal`, () => {
    let subject: JournalSubject;
    let journal: Journal;

    beforeEach(async () => {
      subject = await subjectOf();
      journal = await subject.open();
    });

    afterEach(async () => {
      await journal.close();
      await subject.dispose();
    });

    it('starts empty', () => {
      expect(journal.size()).toBe(0);
      expect([...journal.read(0)]).toEqual([]);
      expect(journal.verify()).toEqual({ size: 0 });
    });

    it('numbers entries from 0 and links each to the one before', async () => {
      const entries = [...(await journal.append(0, drafts(2))), ...(await journal.append(2, drafts(1, 2)))];
      expect(entries.map((entry) => entry.index)).toEqual([0, 1, 2]);
      expect(entries.map((entry) => entry.previous)).toEqual([
        FIRST_PREVIOUS,
        entries[0]?.leaf,
        entries[1]?.leaf,
      ]);
      for (const entry of entries) expect(entry.leaf).toBe(leafHash(entry));
      expect(journal.size()).toBe(3);
    });

    it('reads back exactly what append returned', async () => {
      const odd = {
        text: 'é\u0000"\\ 𝄞',
        größe: -0,
        nested: [{ b: 1, a: [null, true, 1e-7] }],
        left: undefined,
      };
      const told = await journal.append(0, [draft(0, odd), draft(1, null), draft(2, 'text')]);
      expect([...journal.read(0)]).toEqual(told);
      expect(Object.keys(told[0]?.data as object)).not.toContain('left');
    });

    it('does not change when the draft does', async () => {
      const data = { list: [1] };
      await journal.append(0, [draft(0, data)]);
      data.list.push(2);
      expect([...journal.read(0)][0]?.data).toEqual({ list: [1] });
    });

    it('reads any range, in order, across many pages', async () => {
      const all = await journal.append(0, drafts(700));
      expect([...journal.read(0)]).toEqual(all);
      expect([...journal.read(250, 520)]).toEqual(all.slice(250, 520));
      expect([...journal.read(699)]).toEqual(all.slice(699));
      expect([...journal.read(700)]).toEqual([]);
      expect([...journal.read(5, 5)]).toEqual([]);
      expect([...journal.read(9, 5)]).toEqual([]);
    });

    it('takes appends while it is being read, and the reader sees them', async () => {
      await journal.append(0, drafts(300));
      const seen: Entry[] = [];
      for (const entry of journal.read(0)) {
        seen.push(entry);
        if (seen.length === 10) await journal.append(300, drafts(1, 300));
      }
      expect(seen.map((entry) => entry.index)).toEqual(Array.from({ length: 301 }, (_, index) => index));
    });

    it('refuses an append that expects another size, and keeps nothing of it', async () => {
      await journal.append(0, drafts(2));
      await expect(journal.append(1, drafts(1))).rejects.toMatchObject({ code: 'journal_conflict' });
      await expect(journal.append(3, drafts(1))).rejects.toMatchObject({ code: 'journal_conflict' });
      expect(journal.size()).toBe(2);
      expect([...journal.read(0)]).toHaveLength(2);
    });

    it('lets one of two racing appends win', async () => {
      const outcomes = await Promise.allSettled([journal.append(0, drafts(1)), journal.append(0, drafts(1))]);
      expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(journal.size()).toBe(1);
    });

    it('keeps nothing of an append one of whose drafts is not JSON', async () => {
      await journal.append(0, drafts(1));
      for (const bad of [Number.NaN, undefined, '\ud800']) {
        await expect(journal.append(1, [draft(1), { ...draft(2), data: bad }])).rejects.toThrow();
      }
      expect(journal.size()).toBe(1);
      const [next] = await journal.append(1, drafts(1, 1));
      expect(next?.index).toBe(1);
      expect(journal.verify()).toEqual({ size: 2 });
    });

    it('takes an append of nothing', async () => {
      expect(await journal.append(0, [])).toEqual([]);
      expect(journal.size()).toBe(0);
    });

    it('verifies what it holds', async () => {
      await journal.append(0, drafts(300));
      expect(journal.verify()).toEqual({ size: 300 });
    });

    it('refuses appends once closed, and closes twice without harm', async () => {
      await journal.close();
      await journal.close();
      await expect(journal.append(0, drafts(1))).rejects.toMatchObject({ code: 'unavailable' });
    });

    if (keeps) {
      it('carries on where it was when opened again', async () => {
        const before = await journal.append(0, drafts(3));
        await journal.close();
        journal = await subject.open();
        expect(journal.size()).toBe(3);
        const after = await journal.append(3, drafts(1, 3));
        expect(after[0]?.previous).toBe(before[2]?.leaf);
        expect([...journal.read(0)]).toEqual([...before, ...after]);
        expect(journal.verify()).toEqual({ size: 4 });
      });
    }
  });
}
