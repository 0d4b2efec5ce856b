import { describe, expect, it } from 'vitest';
import type { EventType } from '../../coordinator/core/events.ts';
import { openRound } from '../../coordinator/core/state.ts';
import type { Entry } from '../../coordinator/ports/journal.ts';
import { Refusal } from '../../shared/refusal.ts';
import { Story } from '../core/story.ts';
import { coordinatorOf, type ToldCoordinator } from './told-coordinator.ts';

const HOUR_MS = 3_600_000;
const THREE = ['ada', 'bob', 'cyd'];

function typesSince({ context }: ToldCoordinator, story: Story): EventType[] {
  return [...context.journal.read(story.recorded.length)].map(({ type }) => type as EventType);
}

describe('a coordinator that comes back after hours', () => {
  function withQuorum(): Story {
    const story = Story.withMembers(THREE);
    story.openRun();
    story.openRound();
    story.submit('ada');
    story.submit('bob');
    return story;
  }

  it('gives stragglers an idle window to move again before it closes their round', async () => {
    const story = withQuorum();
    const told = await coordinatorOf(story, { downMs: HOUR_MS });
    told.conductor.start();
    await told.settle();
    expect(openRound(told.context.desk.state)).toBeDefined();
    await told.pass(750);
    expect(openRound(told.context.desk.state)).toBeDefined();
    await told.pass(1_000);
    expect(typesSince(told, story).slice(0, 1)).toEqual(['collection_closed']);
    await told.conductor.stop();
  });

  it('goes on waiting for a straggler that moves after the restart', async () => {
    const story = withQuorum();
    const told = await coordinatorOf(story, { downMs: HOUR_MS });
    told.conductor.start();
    for (let share = 1; share <= 20; share++) {
      await told.pass(500);
      told.context.progress.trained('cyd', share, 20, told.clock.now());
    }
    expect(typesSince(told, story)).toEqual([]);
    await told.conductor.stop();
  });

  it('gives voters the whole time again: a candidate is not rejected because nobody could vote', async () => {
    const story = Story.withMembers(THREE, { promotion: { voteFor: '10s' } }).toCandidate(THREE);
    const told = await coordinatorOf(story, { downMs: HOUR_MS });
    told.conductor.start();
    await told.pass(9_500);
    expect(told.context.desk.state.run?.phase.phase).toBe('voting');
    for (const member of THREE) await told.context.desk.dispatch(story.ballot(member));
    await told.settle();
    expect(typesSince(told, story)).toEqual(
      expect.arrayContaining(['candidate_evaluated', 'candidate_approved']),
    );
    await told.conductor.stop();
  });

  it('rejects a candidate when the time is over and nobody came to vote', async () => {
    const story = Story.withMembers(THREE, { promotion: { voteFor: '10s' } }).toCandidate(THREE);
    const told = await coordinatorOf(story);
    told.conductor.start();
    await told.pass(10_500);
    expect(typesSince(told, story)).toEqual(['candidate_evaluated', 'candidate_rejected']);
    await told.conductor.stop();
  });
});

describe('a step of a round that fails', () => {
  /** A run whose next round cannot open, because its base cannot be read. */
  async function failingFor(ms: number, error: Error): Promise<{ told: ToldCoordinator; entries: Entry[] }> {
    const story = Story.withMembers(THREE);
    story.openRun();
    const told = await coordinatorOf(story, { blobs: { locate: () => Promise.reject(error) } });
    told.conductor.start();
    await told.pass(ms);
    await told.conductor.stop();
    return { told, entries: [...told.context.journal.read(story.recorded.length)] };
  }

  it('is tried five times, then the run is given up and says why', async () => {
    const { told, entries } = await failingFor(15_000, new Error('broken on purpose'));
    expect(entries).toMatchObject([
      { type: 'run_failed', data: { reason: 'opening failed 5 times: broken on purpose' } },
    ]);
    expect(told.context.desk.state.run).toBeUndefined();
  });

  it('waits for ever when all that is missing is room on the disk', async () => {
    const { told, entries } = await failingFor(60_000, new Refusal('disk_full', 'no space left'));
    expect(entries).toEqual([]);
    expect(told.context.desk.state.run?.phase.phase).toBe('opening');
  });
});
