/** Folds what happens in a run: its steps, its candidate, the model that comes of it. */
import type { DataOf, Recorded } from '../events.ts';
import { inPhase, inRun, withEntry } from '../parts.ts';
import { NO_TRAIL } from '../standing/trail.ts';
import type { Candidate, Run, State } from '../state.ts';

/** Trails begin anew: what a member's updates did to another base says nothing of what they do to this one. */
export function runOpened(state: State, { run, steps, base }: DataOf<'run_opened'>, index: number): State {
  const opened: Run = {
    run,
    steps,
    base,
    start: base,
    server: undefined,
    without: [],
    at: { step: 0, done: 0 },
    roundsDone: 0,
    phase: { phase: 'opening', attempt: 1 },
    index,
    lastContributors: [],
  };
  const members = new Map([...state.members].map(([id, member]) => [id, { ...member, trail: NO_TRAIL }]));
  return { ...state, members, run: opened, runs: state.runs + 1 };
}

/** Nothing of what the run has learnt is kept: it may rest on what those left out had sent. */
export function runRestarted(state: State, { without }: DataOf<'run_restarted'>): State {
  return inRun(state, (run) => ({
    ...run,
    base: run.start,
    server: undefined,
    without: [...run.without, ...without].sort(),
    at: { step: 0, done: 0 },
    roundsDone: 0,
    phase: { phase: 'opening', attempt: 1 },
    lastContributors: [],
  }));
}

export function candidateAssembled(
  state: State,
  { weights, bytes, base }: DataOf<'candidate_assembled'>,
  at: string,
): State {
  return inRun(state, (run) => {
    const electorate = run.lastContributors;
    const candidate: Candidate = { weights, bytes, base, electorate, openedAtMs: Date.parse(at) };
    return { ...run, phase: { phase: 'voting', candidate, votes: new Map() } };
  });
}

export function voteReceived(state: State, data: DataOf<'vote_received'>, index: number): State {
  return inPhase(state, 'voting', (_run, phase) => ({
    ...phase,
    votes: withEntry(phase.votes, data.member, { ...data, index }),
  }));
}

export function candidateEvaluated(state: State, { evaluation }: DataOf<'candidate_evaluated'>): State {
  return inPhase(state, 'voting', (_run, { candidate }) => ({ phase: 'deciding', candidate, evaluation }));
}

export function candidateApproved(state: State, { by, reason }: DataOf<'candidate_approved'>): State {
  return inPhase(state, 'deciding', (_run, { candidate, evaluation }) => ({
    phase: 'promoting',
    candidate,
    evaluation,
    approvals: [{ by, reason }],
  }));
}

export function candidateRejected(state: State, data: DataOf<'candidate_rejected'>, at: string): State {
  const { run, candidate, reason } = data;
  const rejections = [...state.rejections, { run, weights: candidate, reason, at }];
  return { ...state, run: undefined, rejections };
}

export function modelPromoted(state: State, data: DataOf<'model_promoted'>, { at, index }: Recorded): State {
  const phase = state.run?.phase;
  if (phase?.phase !== 'promoting') return state;
  const { run, version, weights, bytes, parent, manifest, files, threshold } = data;
  const model = {
    version,
    run,
    weights,
    bytes,
    parent,
    manifest,
    files,
    threshold,
    evaluation: phase.evaluation,
    createdAt: at,
    index,
  };
  return { ...state, models: [...state.models, model], current: version, run: undefined };
}
