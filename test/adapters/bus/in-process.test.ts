import { describe, expect, it } from 'vitest';
import { InProcessBus } from '../../../coordinator/adapters/bus/in-process.ts';
import { MemoryJournal } from '../../../coordinator/adapters/journal/memory.ts';
import type { Entry } from '../../../coordinator/ports/journal.ts';
import { busContract } from '../../contracts/bus.ts';
import { drafts } from '../../support/journal-drafts.ts';
import { until } from '../../support/until.ts';

busContract('an in-process bus', async () => {
  const heard: number[] = [];
  const bus = new InProcessBus();
  bus.subscribe((entries) => heard.push(...entries.map(({ index }) => index)));
  return { bus, journal: new MemoryJournal(), heard: () => heard, dispose: async () => {} };
});

describe('an in-process bus with bad subscribers', () => {
  const entriesOf = (count: number): Promise<readonly Entry[]> =>
    new MemoryJournal().append(0, drafts(count));

  it('tells the others, and reports what was thrown', async () => {
    const failures: unknown[] = [];
    const heard: number[] = [];
    const bus = new InProcessBus((error) => failures.push(error));
    bus.subscribe(() => {
      throw new Error('thrown');
    });
    bus.subscribe(() => Promise.reject(new Error('rejected')));
    bus.subscribe(() => new Promise(() => {}));
    bus.subscribe((entries) => heard.push(entries.length));
    bus.tell(await entriesOf(2));
    bus.tell(await entriesOf(3));
    await until(() => heard.length === 2 && failures.length === 4);
    expect(heard).toEqual([2, 3]);
    expect(failures.map((error) => (error as Error).message).sort()).toEqual([
      'rejected',
      'rejected',
      'thrown',
      'thrown',
    ]);
  });

  it('no longer tells who has left', async () => {
    const heard: string[] = [];
    const bus = new InProcessBus();
    const leave = bus.subscribe(() => heard.push('left'));
    bus.subscribe(() => heard.push('stayed'));
    leave();
    bus.tell(await entriesOf(1));
    await until(() => heard.length > 0);
    expect(heard).toEqual(['stayed']);
  });
});
