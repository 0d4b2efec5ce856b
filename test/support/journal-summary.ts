import { outliersAmong } from '../../coordinator/core/standing/conduct.ts';
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

/** What became of every member's standing, and what automation made of it. From the second version of the journal on. */
export function standingsOf({ members, automation }: State) {
  const { paused, quarantinedAtMs } = automation;
  return {
    automation: { paused, quarantines: quarantinedAtMs.size },
    members: [...members.values()].map(({ id, conduct, trail, changes, appeal }) => ({
      id,
      reputation: conduct.reputation,
      recent: conduct.recent.length,
      outliers: outliersAmong(conduct.recent),
      cleanInRow: conduct.cleanInRow,
      trail: trail.points.map(({ round }) => round),
      changes: changes.map(({ from, to, by, reason }) => ({ from, to, by, reason })),
      appeal: appeal?.note ?? '',
    })),
  };
}
