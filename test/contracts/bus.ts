/** What every bus must do. Run by each adapter's test. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bus } from '../../coordinator/ports/bus.ts';
import type { Journal } from '../../coordinator/ports/journal.ts';
import { draft, drafts } from '../support/journal-drafts.ts';
import { until } from '../support/until.ts';

export interface BusSubject {
  readonly bus: Bus;
  /** The journal that the bus tells of. */
  readonly journal: Journal;
  /** Indices that a subscriber from the beginning has been told of, in order of arrival. */
  heard(): readonly number[];
  dispose(): Promise<void>;
}

export function busContract(name: string, subjectOf: () => Promise<BusSubject>): void {
  describe(`${name} as a bus`, () => {
    let subject: BusSubject;

    beforeEach(async () => {
      subject = await subjectOf();
    });

    afterEach(async () => {
      await subject.bus.close();
      await subject.dispose();
    });

    async function record(count: number): Promise<void> {
      const { bus, journal } = subject;
      bus.tell(await journal.append(journal.size(), drafts(count, journal.size())));
    }

    it('tells of every entry, in journal order', async () => {
      for (const count of [1, 3, 200, 1, 0, 95]) await record(count);
      await until(() => subject.heard().length >= 300);
      expect(subject.heard()).toEqual(Array.from({ length: 300 }, (_, index) => index));
    });

    it('returns before anybody is told', async () => {
      const { bus, journal } = subject;
      const entries = await journal.append(0, [draft(0)]);
      bus.tell(entries);
      expect(subject.heard()).toEqual([]);
      await until(() => subject.heard().length === 1);
    });

    it('closes twice without harm, and is quiet when told something after', async () => {
      await subject.bus.close();
      await subject.bus.close();
      await record(1);
      expect(subject.heard()).toEqual([]);
    });
  });
}
