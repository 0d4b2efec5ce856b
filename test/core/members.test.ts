import { describe, expect, it } from 'vitest';
import type { StandingAction } from '../../coordinator/core/commands.ts';
import type { Standing } from '../../coordinator/core/events.ts';
import { Story, typesOf } from './story.ts';

const DAY_MS = 86_400_000;

function invite(story: Story, name: string, secretHash = `secret of ${name}`, validMs = DAY_MS): void {
  const nowMs = story.nowMs;
  story.when({
    type: 'issue-invite',
    invite: secretHash,
    name,
    role: 'member',
    secretHash,
    validMs,
    nowMs,
    by: 'olga',
  });
}

function join(story: Story, secretHash: string, did: string) {
  return { type: 'join', secretHash, did, nowMs: story.nowMs } as const;
}

describe('an invite', () => {
  it('enrols one key under its name, which then waits for approval', () => {
    const story = Story.withMembers([]);
    invite(story, 'ada');
    const events = story.when(join(story, 'secret of ada', 'did:key:ada'));
    expect(events).toMatchObject([
      {
        type: 'member_joined',
        data: { member: 'ada', role: 'member', did: 'did:key:ada', standing: 'pending' },
      },
    ]);
  });

  it('works once: another key is refused, the same key is told what it knows', () => {
    const story = Story.withMembers([]);
    invite(story, 'ada');
    story.when(join(story, 'secret of ada', 'did:key:ada'));
    expect(story.refuses(join(story, 'secret of ada', 'did:key:eve')).code).toBe('invite_used');
    expect(story.when(join(story, 'secret of ada', 'did:key:ada'))).toEqual([]);
  });

  it('ends at its time, to the millisecond, and the refusal names that time', () => {
    const story = Story.withMembers([]);
    invite(story, 'ada', 'secret of ada', 1_000);
    const refusal = story.later(1_000).refuses(join(story, 'secret of ada', 'did:key:ada'));
    expect(refusal.code).toBe('invite_expired');
    expect(refusal.facts.expiresAt).toBe('2026-01-01T00:00:01.000Z');
    expect(typesOf(story.later(-1).when(join(story, 'secret of ada', 'did:key:ada')))).toEqual([
      'member_joined',
    ]);
  });

  it('is refused when nobody issued it', () => {
    const story = Story.withMembers([]);
    expect(story.refuses(join(story, 'guessed', 'did:key:eve')).code).toBe('invite_invalid');
  });

  it('does not enrol a key or a name twice', () => {
    const story = Story.withMembers([]);
    invite(story, 'ada', 'first');
    invite(story, 'ada', 'second');
    invite(story, 'bob', 'third');
    story.when(join(story, 'first', 'did:key:ada'));
    expect(story.refuses(join(story, 'second', 'did:key:eve')).code).toBe('member_exists');
    expect(story.refuses(join(story, 'third', 'did:key:ada')).code).toBe('member_exists');
  });

  it.each(['', 'Ada', 'a b', '-ada', 'a'.repeat(64), 'ada\n', 'automatic'])(
    'is not issued for the name %j',
    (name) => {
      const story = Story.withMembers([]);
      const command = {
        type: 'issue-invite',
        invite: 'i',
        name,
        role: 'member',
        secretHash: 's',
        validMs: 1,
        nowMs: 0,
        by: 'olga',
      } as const;
      expect(story.refuses(command).code).toBe('usage');
    },
  );

  it('makes an operator active at once: whoever invited it vouches for it', () => {
    const story = Story.withMembers([]);
    const nowMs = story.nowMs;
    story.when({
      type: 'issue-invite',
      invite: 'i',
      name: 'otto',
      role: 'operator',
      secretHash: 's',
      validMs: 1_000,
      nowMs,
      by: 'olga',
    });
    expect(story.when(join(story, 's', 'did:key:otto'))).toMatchObject([
      { data: { role: 'operator', standing: 'active' } },
    ]);
  });
});

describe('the first operator', () => {
  it('is enrolled without an invite, once', () => {
    const story = Story.withMembers([]);
    expect(story.refuses({ type: 'enrol-operator', name: 'otto', did: 'did:key:otto' }).code).toBe(
      'member_exists',
    );
  });

  it.each(['suspend', 'revoke'] as const)('cannot be lost while it is the last (%s)', (action) => {
    const story = Story.withMembers(['ada']);
    const command = { type: 'change-standing', member: 'olga', action, reason: '', by: 'olga' } as const;
    expect(story.refuses(command).code).toBe('standing_conflict');
    const nowMs = story.nowMs;
    story.when({
      type: 'issue-invite',
      invite: 'i',
      name: 'otto',
      role: 'operator',
      secretHash: 's',
      validMs: 1_000,
      nowMs,
      by: 'olga',
    });
    story.when(join(story, 's', 'did:key:otto'));
    expect(typesOf(story.when(command))).toEqual(['standing_changed']);
    expect(story.refuses({ ...command, member: 'otto' }).code).toBe('standing_conflict');
  });
});

describe('a standing', () => {
  const REACHED: Record<Standing, readonly StandingAction[]> = {
    pending: [],
    active: ['approve'],
    suspended: ['approve', 'suspend'],
    quarantined: ['approve', 'quarantine'],
    revoked: ['revoke'],
  };
  const LEADS: Record<Standing, Partial<Record<StandingAction, Standing>>> = {
    pending: { approve: 'active', revoke: 'revoked' },
    active: { suspend: 'suspended', quarantine: 'quarantined', undo: 'pending', revoke: 'revoked' },
    suspended: { reinstate: 'active', undo: 'active', revoke: 'revoked' },
    quarantined: {
      suspend: 'suspended',
      release: 'active',
      reinstate: 'active',
      undo: 'active',
      revoke: 'revoked',
    },
    revoked: {},
  };
  const ALL: readonly StandingAction[] = [
    'approve',
    'suspend',
    'quarantine',
    'release',
    'reinstate',
    'revoke',
    'undo',
  ];

  function standingAt(path: readonly StandingAction[]): Story {
    const story = Story.withMembers([]);
    invite(story, 'ada');
    story.when(join(story, 'secret of ada', 'did:key:ada'));
    for (const action of path) story.standing('ada', action);
    return story;
  }

  for (const [from, path] of Object.entries(REACHED)) {
    it.each(ALL)(`leads from ${from} only where it may (%s)`, (action) => {
      const story = standingAt(path);
      const to = LEADS[from as keyof typeof LEADS][action];
      const command = { type: 'change-standing', member: 'ada', action, reason: 'told', by: 'olga' } as const;
      if (to === undefined) expect(story.refuses(command).code).toBe('standing_conflict');
      else
        expect(story.when(command)).toMatchObject([
          { type: 'standing_changed', data: { from, to, by: 'olga' } },
        ]);
    });
  }

  it('keeps the bound of samples that was set with it', () => {
    const story = standingAt([]);
    story.when({
      type: 'change-standing',
      member: 'ada',
      action: 'approve',
      reason: '',
      by: 'olga',
      maxSamples: 500,
    });
    story.standing('ada', 'suspend');
    story.standing('ada', 'reinstate');
    expect(story.state.members.get('ada')?.maxSamples).toBe(500);
  });

  it('belongs to a member there is', () => {
    const command = {
      type: 'change-standing',
      member: 'nobody',
      action: 'revoke',
      reason: '',
      by: 'olga',
    } as const;
    expect(Story.withMembers([]).refuses(command).code).toBe('member_unknown');
  });
});

describe('the report of a node', () => {
  it('is recorded when it says something new', () => {
    const story = Story.withMembers(['ada']);
    const report = {
      type: 'report-node',
      member: 'ada',
      software: 'vedette/1',
      backend: 'wasm',
      modelVersion: 0,
    } as const;
    expect(typesOf(story.when(report))).toEqual(['node_reported']);
    expect(story.when(report)).toEqual([]);
    expect(typesOf(story.when({ ...report, modelVersion: 1 }))).toEqual(['node_reported']);
    expect(story.state.members.get('ada')).toMatchObject({
      software: 'vedette/1',
      backend: 'wasm',
      modelVersion: 1,
    });
  });
});

describe('a federation', () => {
  it('is founded once', () => {
    const story = Story.withMembers([]);
    const { federation, keys } = story.state;
    if (!federation || !keys) throw new Error('the story was not founded');
    expect(story.refuses({ type: 'found', federation, digest: '', keys }).code).toBe('home_exists');
  });
});
