import { Refusal } from '../../../shared/refusal.ts';
import type { ControlHandlers } from '../../../shared/wire/generated/vedette/v1/Control.ts';
import type { RoundDetail } from '../../../shared/wire/generated/vedette/v1/RoundDetail.ts';
import { CONTROL } from '../../../shared/wire/protocol.ts';
import type { StandingAction } from '../../core/commands.ts';
import type { Role } from '../../core/events.ts';
import { awaited } from '../../core/round/collection.ts';
import { openRound, type State } from '../../core/state.ts';
import type { Context } from '../../flow/context.ts';
import { invite } from '../../flow/enrol.ts';
import { explainRoundUpdate } from '../../flow/evidence.ts';
import type { Followers } from '../../flow/followers.ts';
import { roundMissing, storyOf } from '../../flow/history.ts';
import { openRun } from '../../flow/open-run.ts';
import { entryMessage, memberRecord, modelVersions, roundRecord, roundUpdate } from './control-messages.ts';
import { type Implementation, implement } from './serve.ts';
import { automationReply } from './standing-messages.ts';

/** The compiler asks for an action that is missing here. */
const ACTIONS: Record<StandingAction, true> = {
  approve: true,
  suspend: true,
  quarantine: true,
  release: true,
  reinstate: true,
  revoke: true,
  undo: true,
};
const AUTOMATION_ACTIONS: readonly string[] = ['status', 'pause', 'resume'];
const ROLES: readonly string[] = ['member', 'integrator', 'operator'] satisfies Role[];
const MAX_INVITE_HOURS = 24 * 90;
const DEFAULT_ROUNDS = 50;
const MAX_ROUNDS = 1000;
/** Entries read from the journal at once while a watcher catches up. */
const WATCH_PAGE = 500;

export interface ControlOptions {
  readonly followers: Followers;
  /** Where clients dial, for invites. */
  readonly endpoint: () => string;
  readonly caPem: string;
  /** Ends the open calls of a key whose standing changed. */
  readonly disconnect: (did: string) => void;
}

/** What operators do. */
export function controlService(context: Context, options: ControlOptions): Implementation {
  const { desk, journal, blobs, clock } = context;
  return implement<ControlHandlers>(CONTROL, {
    async Invite({ name, role, hours }, { caller }) {
      if (hours < 1 || hours > MAX_INVITE_HOURS)
        throw new Refusal('usage', `an invite for ${hours} hours (1 to ${MAX_INVITE_HOURS})`);
      return invite(context, {
        name,
        role: oneOf(ROLES, role, 'role') as Role,
        hours,
        by: caller.id,
        endpoint: options.endpoint(),
        caPem: options.caPem,
      });
    },

    async Members() {
      const { state } = desk;
      const { followers } = options;
      return {
        members: [...state.members.values()].map((member) =>
          memberRecord(state, member, followers.isFollowing(member.id)),
        ),
      };
    },

    async ChangeStanding({ member, action, reason, maxSamples }, { caller }) {
      await desk.dispatch({
        type: 'change-standing',
        member,
        action: oneOf(Object.keys(ACTIONS), action, 'action') as StandingAction,
        reason,
        by: caller.id,
        ...(maxSamples > 0 ? { maxSamples } : {}),
      });
      const changed = desk.state.members.get(member);
      if (!changed) throw new Refusal('member_unknown', `no member is called ${member}`);
      if (changed.standing === 'revoked') options.disconnect(changed.did);
      return memberRecord(desk.state, changed, options.followers.isFollowing(member));
    },

    async Automation({ action, reason }, { caller }) {
      const wanted = oneOf(AUTOMATION_ACTIONS, action, 'action');
      if (wanted !== 'status') {
        const paused = wanted === 'pause';
        await desk.dispatch({ type: 'change-automation', paused, reason, by: caller.id });
      }
      return automationReply(desk.state, clock.now());
    },

    async OpenRun(_request, { caller }) {
      const firstRound = (desk.state.rounds.at(-1)?.round ?? 0) + 1;
      const { run, rounds } = await openRun(context, caller.id);
      return { run, firstRound, rounds };
    },

    async AbortRun({ reason }, { caller }) {
      const run = desk.state.run?.run ?? '';
      await desk.dispatch({ type: 'abort-run', reason, by: caller.id });
      return { run };
    },

    async Rounds({ fromRound, limit }) {
      const { state } = desk;
      const wanted = Math.min(limit || DEFAULT_ROUNDS, MAX_ROUNDS);
      const rounds =
        fromRound > 0
          ? state.rounds.filter((summary) => summary.round >= fromRound).slice(0, wanted)
          : state.rounds.slice(-wanted);
      return {
        rounds: rounds.map((summary) => roundRecord(state, summary)),
        run: state.run?.run ?? '',
        phase: state.run?.phase.phase ?? 'idle',
      };
    },

    async Round({ round }) {
      return roundDetail(context, round);
    },

    async Evidence({ round, update }) {
      const { state } = desk;
      return { json: JSON.stringify(await explainRoundUpdate({ state, journal, blobs }, round, update)) };
    },

    async ModelVersions() {
      return modelVersions(desk.state);
    },

    async DecideCandidate({ decision, reason }, { caller }) {
      const run = desk.state.run?.run ?? '';
      const verdict = oneOf(['promote', 'reject'], decision, 'decision') as 'promote' | 'reject';
      await desk.dispatch({ type: 'decide-candidate', decision: verdict, reason, by: caller.id });
      return { run, version: verdict === 'promote' ? desk.state.models.length + 1 : 0 };
    },

    async Rollback({ version, reason }, { caller }) {
      await desk.dispatch({ type: 'roll-back', version, reason, by: caller.id });
      return { current: desk.state.current };
    },

    async Watch({ from, follow }, { signal }, emit) {
      let next = from;
      while (!signal.aborted) {
        const page = [...journal.read(next, Math.min(next + WATCH_PAGE, journal.size()))];
        for (const entry of page) await emit(entryMessage(entry));
        next += page.length;
        if (page.length > 0) continue;
        if (!follow) return;
        await nextAppend(context, signal);
      }
    },
  });
}

function roundDetail({ desk, journal }: Context, number: number): RoundDetail {
  const { state } = desk;
  const attempts = state.rounds.filter((summary) => summary.round === number);
  const summary = attempts.at(-1);
  if (!summary) throw roundMissing(state, number);
  const story = storyOf(journal, summary);
  const to = summary.outcome === 'open' ? undefined : summary.lastIndex + 1;
  return {
    round: roundRecord(state, summary),
    updates: story.updates.map((update) => roundUpdate(state, update)),
    waiting: waitingFor(state, number),
    rule: story.aggregated ? JSON.stringify(story.aggregated.rule) : '',
    entries: [...journal.read(attempts[0]?.firstIndex ?? summary.firstIndex, to)].map(entryMessage),
  };
}

function waitingFor(state: State, round: number): string[] {
  const phase = openRound(state);
  return phase?.round.round === round ? awaited(phase.seats) : [];
}

function nextAppend({ desk }: Context, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stop();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const stop = desk.onAppend(done);
    signal.addEventListener('abort', done, { once: true });
  });
}

function oneOf(allowed: readonly string[], value: string, what: string): string {
  if (allowed.includes(value)) return value;
  throw new Refusal(
    'usage',
    `${what} ${JSON.stringify(value.slice(0, 40))} is none of ${allowed.join(', ')}`,
  );
}
