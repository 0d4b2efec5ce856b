import type { State } from '../../coordinator/core/state.ts';

/** What a journal adds up to, in the words an operator would use. Stored beside recorded journals. */
export function summaryOf(state: State) {
  return {
    entries: state.size,
    federation: state.federation?.federation,
    current: state.current,
    members: [...state.members.values()].map(({ id, role, standing, accepted, refused, modelVersion }) => ({
      id,
      role,
      standing,
      accepted,
      refused,
      modelVersion,
    })),
    rounds: state.rounds.map(({ round, attempt, run, step, outcome, accepted, refused, result }) => ({
      round,
      attempt,
      run,
      step,
      outcome,
      accepted,
      refused,
      result,
    })),
    models: state.models.map(({ version, run, weights, threshold, evaluation }) => ({
      version,
      run,
      weights,
      threshold,
      approvals: evaluation.approvals,
    })),
    phase: state.run?.phase.phase ?? 'idle',
  };
}
