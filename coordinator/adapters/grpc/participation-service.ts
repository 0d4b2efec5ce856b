import type { ParticipationHandlers } from '../../../shared/wire/generated/vedette/v1/Participation.ts';
import { PARTICIPATION } from '../../../shared/wire/protocol.ts';
import { knownMember } from '../../core/standing/decide-members.ts';
import { openRound } from '../../core/state.ts';
import { Allowance } from '../../flow/allowance.ts';
import type { Context } from '../../flow/context.ts';
import { explainOwnUpdate } from '../../flow/evidence.ts';
import type { Followers } from '../../flow/followers.ts';
import { ownVerdicts } from '../../flow/history.ts';
import { submit, takeVote } from '../../flow/submit.ts';
import { type Implementation, implement } from './serve.ts';
import { standingReply } from './standing-messages.ts';
import { verdictMessage } from './verdict-message.ts';

const MAX_REPORTS = 120;
const HOUR_MS = 3_600_000;

/** What client nodes do in rounds. */
export function participationService(context: Context, followers: Followers): Implementation {
  const { desk, clock, progress, journal, blobs } = context;
  const reports = new Allowance('reports', MAX_REPORTS, HOUR_MS);
  return implement<ParticipationHandlers>(PARTICIPATION, {
    async Follow({ treeSize }, { caller, signal }, emit) {
      await followers.follow(caller.id, treeSize, signal, emit);
    },

    async Progress({ round, attempt, done, of }, { caller }) {
      const open = openRound(desk.state)?.round;
      if (open?.round === round && open.attempt === attempt)
        progress.trained(caller.id, done, of, clock.now());
      return {};
    },

    async Submit({ header }, { caller }) {
      const { receipt, verdict } = await submit(context, caller, header);
      return { receipt, verdict: verdictMessage(verdict) };
    },

    async Vote({ vote }, { caller }) {
      return { receipt: await takeVote(context, caller, vote) };
    },

    async Verdicts({ fromRound }, { caller }) {
      const verdicts = ownVerdicts(desk.state, journal, caller.id, fromRound);
      return { verdicts: verdicts.map((own) => ({ ...own, verdict: verdictMessage(own.verdict) })) };
    },

    async OwnEvidence({ round }, { caller }) {
      const { state } = desk;
      return { json: JSON.stringify(await explainOwnUpdate({ state, journal, blobs }, round, caller.id)) };
    },

    async Standing(_request, { caller }) {
      return standingReply(desk.state, knownMember(desk.state, caller.id));
    },

    async Appeal({ note }, { caller }) {
      await desk.dispatch({ type: 'appeal', member: caller.id, note, nowMs: clock.now() });
      return { appealedAt: knownMember(desk.state, caller.id).appeal?.at ?? '' };
    },

    async Report({ software, backend, modelVersion }, { caller }) {
      reports.spend(caller.id, clock.now());
      await desk.dispatch({ type: 'report-node', member: caller.id, software, backend, modelVersion });
      return {};
    },
  });
}
