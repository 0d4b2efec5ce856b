import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../coordinator/adapters/clock/manual.ts';
import { MemoryJournal } from '../../coordinator/adapters/journal/memory.ts';
import { decide } from '../../coordinator/core/decide.ts';
import { Desk } from '../../coordinator/flow/desk.ts';
import type { Draft, Entry } from '../../coordinator/ports/journal.ts';
import { Refusal } from '../../shared/refusal.ts';
import { START_MS, Story, typesOf } from '../core/story.ts';
import { refusalOfAsync } from '../support/refusal-of.ts';

/** A memory journal whose appends may be held back or made to fail. */
class WatchedJournal extends MemoryJournal {
  readonly batches: number[] = [];
  failure: Error | undefined;
  held: Promise<void> = Promise.resolve();

  override async append(expectedSize: number, drafts: readonly Draft[]): Promise<readonly Entry[]> {
    await this.held;
    if (this.failure) throw this.failure;
    this.batches.push(drafts.length);
    return super.append(expectedSize, drafts);
  }
}

async function deskWithRound(): Promise<{
  desk: Desk;
  journal: WatchedJournal;
  story: Story;
  told: Entry[];
}> {
  const story = Story.withMembers(['ada', 'bob', 'cyd', 'dan']);
  story.openRun();
  story.openRound();
  const journal = new WatchedJournal();
  await journal.append(
    0,
    story.recorded.map(({ type, at, data }) => ({ type, at, data })),
  );
  journal.batches.length = 0;
  const told: Entry[] = [];
  const bus = { tell: (entries: readonly Entry[]) => void told.push(...entries), close: async () => {} };
  const desk = new Desk({ journal, bus, clock: new ManualClock(START_MS) });
  return { desk, journal, story, told };
}

describe('the desk', () => {
  it('starts from what the journal adds up to', async () => {
    const { desk, story } = await deskWithRound();
    expect(desk.state).toEqual(story.state);
  });

  it('answers only when the journal has it', async () => {
    const { desk, journal, story } = await deskWithRound();
    let open = () => {};
    journal.held = new Promise((resolve) => {
      open = resolve;
    });
    let answered = false;
    const answer = desk.dispatch(story.submission('ada')).then(() => {
      answered = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(answered).toBe(false);
    expect(desk.state.lastJudged.has('ada')).toBe(false);
    open();
    await answer;
    expect(desk.state.lastJudged.has('ada')).toBe(true);
  });

  it('writes what waited together in one append, each answered with its own entries', async () => {
    const { desk, journal, story, told } = await deskWithRound();
    const names = ['ada', 'bob', 'cyd', 'dan'];
    const answers = await Promise.all(names.map((name) => desk.dispatch(story.submission(name))));
    expect(journal.batches.length).toBeLessThan(names.length);
    expect(answers.map(([first]) => first)).toMatchObject(
      names.map((member) => ({ type: 'update_received', data: { member } })),
    );
    expect(told.map(({ type }) => type)).toEqual([
      ...names.map(() => 'update_received'),
      'collection_closed',
    ]);
    expect(desk.state.size).toBe(journal.size());
  });

  it('refuses one command of several without touching the others', async () => {
    const { desk, story } = await deskWithRound();
    const [good, bad, also] = await Promise.allSettled([
      desk.dispatch(story.submission('ada')),
      desk.dispatch(story.submission('nobody')),
      desk.dispatch(story.submission('bob')),
    ]);
    expect([good?.status, bad?.status, also?.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(desk.state.lastJudged.size).toBe(2);
  });

  it('decides at the time that it records, so that a screening comes out the same from its journal', async () => {
    const perMs = 3_600_000;
    const standing = { quarantineAfter: 1, budget: { quarantines: 1, per: '1h' } };
    const story = Story.withMembers(['ada', 'bob', 'cyd', 'dan', 'eve'], { standing });
    story.openRun(2);
    const toScreening = () => {
      const { cohort, shadow = [] } = story.openRound();
      for (const member of [...shadow, ...cohort]) story.submit(member);
    };
    toScreening();
    story.screen(['eve']);
    story.aggregate();
    // Asked for just before the budget is free again, recorded just after.
    story.later(perMs - 5);
    toScreening();
    const asked = story.screening(['dan']);
    const before = story.state;
    const journal = new MemoryJournal();
    await journal.append(
      0,
      story.recorded.map(({ type, at, data }) => ({ type, at, data })),
    );
    const bus = { tell: () => {}, close: async () => {} };
    const desk = new Desk({ journal, bus, clock: new ManualClock(START_MS + perMs + 5) });
    const recorded = await desk.dispatch(asked);
    const nowMs = Date.parse(recorded[0]?.at ?? '');
    const again = decide(before, { ...asked, nowMs });
    expect(recorded.map(({ type, data }) => ({ type, data }))).toEqual(again);
    expect(typesOf(again)).toContain('standing_changed');
    expect(typesOf(decide(before, asked))).toContain('standing_recommended');
  });

  it('forgets what the journal did not take, and takes it when asked again', async () => {
    const { desk, journal, story, told } = await deskWithRound();
    journal.failure = new Refusal('disk_full', 'no space left');
    expect((await refusalOfAsync(() => desk.dispatch(story.submission('ada')))).code).toBe('disk_full');
    expect(desk.state).toEqual(story.state);
    expect(told).toEqual([]);
    journal.failure = undefined;
    expect(await desk.dispatch(story.submission('ada'))).toHaveLength(1);
    expect(desk.state.lastJudged.has('ada')).toBe(true);
  });
});
