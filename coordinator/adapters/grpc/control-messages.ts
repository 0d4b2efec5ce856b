/** The core's records as the operators' messages. */
import type { JournalEntry } from '../../../shared/wire/generated/vedette/v1/JournalEntry.ts';
import type { MemberRecord } from '../../../shared/wire/generated/vedette/v1/MemberRecord.ts';
import type { ModelVersionsReply } from '../../../shared/wire/generated/vedette/v1/ModelVersionsReply.ts';
import type { RoundRecord } from '../../../shared/wire/generated/vedette/v1/RoundRecord.ts';
import type { RoundUpdate } from '../../../shared/wire/generated/vedette/v1/RoundUpdate.ts';
import { foundedFederation } from '../../core/run/decide-run.ts';
import type { Member, RoundSummary, State } from '../../core/state.ts';
import type { UpdateStory } from '../../flow/history.ts';
import { modelRef } from '../../flow/situation.ts';
import type { Entry } from '../../ports/journal.ts';
import { conductMessage } from './standing-messages.ts';
import { verdictMessage } from './verdict-message.ts';

export function memberRecord(state: State, member: Member, following: boolean): MemberRecord {
  const { id, name, role, standing, did, maxSamples, since, software, backend, modelVersion } = member;
  const { accepted, refused } = member;
  return {
    member: id,
    name,
    role,
    standing,
    did,
    maxSamples: maxSamples ?? 0,
    since,
    following,
    software,
    backend,
    modelVersion,
    accepted,
    refused,
    conduct: conductMessage(member),
    cleanShadowRoundsNeeded: foundedFederation(state).standing.releaseAfter,
  };
}

export function roundRecord(state: State, summary: RoundSummary): RoundRecord {
  const { round, run, step, attempt, outcome, cohort, accepted, refused, seconds, base, result, openedAt } =
    summary;
  return {
    round,
    run,
    step,
    attempt,
    outcome,
    cohort: cohort.length,
    accepted,
    refused: refused.map(({ member, code }) => ({ member, name: nameOf(state, member), code })),
    seconds,
    base,
    result,
    openedAt,
  };
}

export function roundUpdate(state: State, story: UpdateStory): RoundUpdate {
  const { verdict, ...rest } = story;
  return { ...rest, name: nameOf(state, story.member), verdict: verdictMessage(verdict) };
}

/** Promoted versions, then candidates that were rejected, then the one that waits. */
export function modelVersions(state: State): ModelVersionsReply {
  const promoted = state.models.map((model) => ({
    model: modelRef(model),
    state: model.version === state.current ? 'current' : 'superseded',
    run: model.run,
    createdAt: model.createdAt,
    evaluation: JSON.stringify(model.evaluation),
    running: [...state.members.values()].filter((member) => member.modelVersion === model.version).length,
    reason: '',
  }));
  const rejected = state.rejections.map(({ run, weights, reason, at }) => ({
    model: { version: 0, weights, manifest: '', threshold: 0 },
    state: 'rejected',
    run,
    createdAt: at,
    evaluation: '',
    running: 0,
    reason,
  }));
  return { models: [...promoted, ...rejected, ...pending(state)], current: state.current };
}

function pending(state: State): ModelVersionsReply['models'] {
  const phase = state.run?.phase;
  if (!phase || !('candidate' in phase)) return [];
  const evaluation = 'evaluation' in phase ? phase.evaluation : undefined;
  return [
    {
      model: {
        version: 0,
        weights: phase.candidate.weights,
        manifest: '',
        threshold: evaluation?.threshold ?? 0,
      },
      state: phase.phase,
      run: state.run?.run ?? '',
      createdAt: new Date(phase.candidate.openedAtMs).toISOString(),
      evaluation: evaluation ? JSON.stringify(evaluation) : '',
      running: 0,
      reason: '',
    },
  ];
}

export function entryMessage({ index, at, type, data, previous, leaf }: Entry): JournalEntry {
  return { index, at, type, data: JSON.stringify(data), previous, leaf };
}

function nameOf(state: State, member: string): string {
  return state.members.get(member)?.name ?? member;
}
