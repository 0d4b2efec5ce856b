/** Folds one event into the state. Pure and total: a journal that was accepted once always folds again. */
import { FederationSchema } from '../../shared/federation/schema.ts';
import type { DataOf, Recorded } from './events.ts';
import {
  appealLodged,
  automationChanged,
  memberJoined,
  standingChanged,
  standingRecommended,
} from './evolve/members.ts';
import {
  cohortScreened,
  endOpenRound,
  roundAbandoned,
  roundAggregated,
  roundOpened,
  updateJudged,
  updateReceived,
  updateWithdrawn,
} from './evolve/rounds.ts';
import {
  candidateApproved,
  candidateAssembled,
  candidateEvaluated,
  candidateRejected,
  modelPromoted,
  runOpened,
  runRestarted,
  voteReceived,
} from './evolve/runs.ts';
import { inRound, withEntry, withMember } from './parts.ts';
import type { State } from './state.ts';

export function evolve(state: State, recorded: Recorded): State {
  return { ...fold(state, recorded), size: recorded.index + 1 };
}

export function evolveAll(state: State, entries: Iterable<Recorded>): State {
  let folded = state;
  for (const entry of entries) folded = evolve(folded, entry);
  return folded;
}

function fold(state: State, recorded: Recorded): State {
  switch (recorded.type) {
    case 'federation_founded':
      return federationFounded(state, recorded.data);
    case 'invite_issued': {
      const { invite, name, role, secretHash, expiresAt } = recorded.data;
      const issued = { id: invite, name, role, secretHash, expiresAt, spent: false };
      return { ...state, invites: withEntry(state.invites, invite, issued) };
    }
    case 'member_joined':
      return memberJoined(state, recorded.data, recorded.at);
    case 'certificate_issued':
      return state;
    case 'standing_changed':
      return standingChanged(state, recorded.data, recorded.at);
    case 'standing_recommended':
      return standingRecommended(state, recorded.data);
    case 'appeal_lodged':
      return appealLodged(state, recorded.data, recorded.at);
    case 'automation_changed':
      return automationChanged(state, recorded.data, recorded.at);
    case 'node_reported': {
      const { member, software, backend, modelVersion } = recorded.data;
      return withMember(state, member, { software, backend, modelVersion });
    }
    case 'run_opened':
      return runOpened(state, recorded.data, recorded.index);
    case 'run_restarted':
      return runRestarted(state, recorded.data);
    case 'round_opened':
      return roundOpened(state, recorded.data, recorded);
    case 'update_received':
      return updateReceived(state, recorded.data, recorded);
    case 'update_judged':
      return updateJudged(state, recorded.data, recorded.index);
    case 'update_withdrawn':
      return updateWithdrawn(state, recorded.data, recorded.index);
    case 'collection_closed':
      return inRound(state, (_run, { round, seats, shadow }) => ({
        phase: 'screening',
        round,
        seats,
        shadow,
      }));
    case 'cohort_screened':
      return cohortScreened(state, recorded.data);
    case 'round_aggregated':
      return roundAggregated(state, recorded.data, recorded);
    case 'round_abandoned':
      return roundAbandoned(state, recorded.data.attempt, recorded);
    case 'candidate_assembled':
      return candidateAssembled(state, recorded.data, recorded.at);
    case 'vote_received':
      return voteReceived(state, recorded.data, recorded.index);
    case 'candidate_evaluated':
      return candidateEvaluated(state, recorded.data);
    case 'candidate_approved':
      return candidateApproved(state, recorded.data);
    case 'candidate_rejected':
      return candidateRejected(state, recorded.data, recorded.at);
    case 'model_promoted':
      return modelPromoted(state, recorded.data, recorded);
    case 'model_rolled_back':
      return { ...state, current: recorded.data.to };
    case 'run_failed':
    case 'run_aborted':
      return { ...endOpenRound(state, 'aborted', recorded), run: undefined };
    default:
      return unknownEvent(recorded);
  }
}

/** An older version left out options that came later: they hold with their defaults. The digest stays as recorded. */
function federationFounded(state: State, { federation, digest, keys }: DataOf<'federation_founded'>): State {
  const founded = FederationSchema.parse(federation);
  return { ...state, federation: founded, definition: federation, federationDigest: digest, keys };
}

/** Unreachable for events this version writes; a journal from a newer version must not be half-understood. */
function unknownEvent(recorded: never): never {
  throw new Error(`journal entry of unknown type ${JSON.stringify((recorded as Recorded).type)}`);
}
