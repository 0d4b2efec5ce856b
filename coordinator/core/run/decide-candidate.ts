import { Refusal } from '../../../shared/refusal.ts';
import type { CanaryResult } from '../../ports/compute.ts';
import { policyForSize } from '../checks/size-policy.ts';
import type { CommandOf } from '../commands.ts';
import { type Evaluation, type Event, event, type VoteFacts } from '../events.ts';
import type { Phase, State } from '../state.ts';
import { currentRun, foundedFederation } from './decide-run.ts';
import { thresholdOf } from './threshold.ts';

/** Objections repeated in the reason of an evaluation, and characters of each; the votes are in the journal. */
const OBJECTIONS_NAMED = 3;
const SAID_CHARACTERS = 160;

export function decideCandidate(state: State, command: CommandOf<'record-candidate'>): Event[] {
  const run = currentRun(state);
  if (run.run !== command.run || run.phase.phase !== 'assembling') return [];
  const { weights, bytes, base } = command;
  return [event('candidate_assembled', { run: run.run, weights, bytes, base })];
}

export function decideVote(state: State, { run, candidate, vote }: CommandOf<'vote'>): Event[] {
  const phase = votingPhase(state, run, candidate);
  if (!phase)
    throw new Refusal(
      'candidate_missing',
      `no vote is open on candidate ${candidate.slice(0, 12)} of ${run}`,
    );
  if (!phase.candidate.electorate.includes(vote.member)) {
    throw new Refusal(
      'outside_cohort',
      `${vote.member} has no update in the last round of ${run}; those who contributed vote`,
    );
  }
  if (phase.votes.has(vote.member)) return [];
  return [event('vote_received', { ...vote, run, candidate })];
}

export function decideEvaluation(state: State, command: CommandOf<'evaluate'>): Event[] {
  const { run, candidate, canary, currentCanary } = command;
  const phase = votingPhase(state, run, candidate);
  if (!phase) return [];
  const evaluation = evaluate(state, standingVotes(state, phase.votes), canary, currentCanary);
  const evaluated = event('candidate_evaluated', { run, candidate, evaluation });
  if (!evaluation.passed) {
    return [
      evaluated,
      event('candidate_rejected', { run, candidate, reason: evaluation.reason, by: 'automatic' }),
    ];
  }
  if (operatorPromotes(state, phase.candidate.electorate.length)) return [evaluated];
  return [
    evaluated,
    event('candidate_approved', { run, candidate, reason: evaluation.reason, by: 'automatic' }),
  ];
}

/** By the federation's own word, or because so few members contributed that nothing of theirs could be compared. */
function operatorPromotes(state: State, contributors: number): boolean {
  const { promotion, checks } = foundedFederation(state);
  return promotion.mode === 'operator' || policyForSize(contributors, checks.outliers).operatorPromotes;
}

/** Everyone who may vote and still can has voted. */
export function everyoneVoted(state: State, phase: Extract<Phase, { phase: 'voting' }>): boolean {
  return phase.candidate.electorate.every(
    (member) => phase.votes.has(member) || state.members.get(member)?.standing !== 'active',
  );
}

export function decideOperatorVerdict(
  state: State,
  { decision, reason, by }: CommandOf<'decide-candidate'>,
): Event[] {
  const run = state.run;
  if (run?.phase.phase !== 'deciding')
    throw new Refusal('candidate_missing', 'no candidate waits for an operator');
  const data = { run: run.run, candidate: run.phase.candidate.weights, reason, by };
  return [decision === 'promote' ? event('candidate_approved', data) : event('candidate_rejected', data)];
}

export function decidePromotion(state: State, command: CommandOf<'record-promotion'>): Event[] {
  const run = state.run;
  if (run?.phase.phase !== 'promoting' || run.run !== command.run) return [];
  const { candidate, evaluation } = run.phase;
  if (candidate.weights !== command.weights) return [];
  const parent = state.models.find((model) => model.version === state.current)?.weights ?? null;
  return [
    event('model_promoted', {
      run: run.run,
      version: state.models.length + 1,
      parent,
      weights: candidate.weights,
      bytes: candidate.bytes,
      manifest: command.manifest,
      files: command.files,
      threshold: evaluation.threshold,
    }),
  ];
}

export function decideRollback(state: State, { version, reason, by }: CommandOf<'roll-back'>): Event[] {
  const known = state.models.map((model) => model.version);
  if (!known.includes(version)) {
    throw new Refusal('model_missing', `no version ${version}; there are ${known.join(', ') || 'none'}`, {
      version,
    });
  }
  if (version === state.current)
    throw new Refusal('usage', `version ${version} is in use already`, { version });
  return [event('model_rolled_back', { from: state.current, to: version, reason, by })];
}

function votingPhase(
  state: State,
  run: string,
  candidate: string,
): Extract<Phase, { phase: 'voting' }> | undefined {
  const phase = state.run?.run === run ? state.run.phase : undefined;
  return phase?.phase === 'voting' && phase.candidate.weights === candidate ? phase : undefined;
}

function standingVotes(state: State, votes: ReadonlyMap<string, VoteFacts>): VoteFacts[] {
  return [...votes.values()]
    .filter((vote) => state.members.get(vote.member)?.standing === 'active')
    .sort((a, b) => (a.member < b.member ? -1 : 1));
}

function evaluate(
  state: State,
  votes: VoteFacts[],
  canary: CanaryResult | null,
  currentCanary: CanaryResult | null,
): Evaluation {
  const objection = objectionTo(state, votes, canary, currentCanary);
  const approvals = votes.filter((vote) => vote.approve).length;
  return {
    ...thresholdOf(
      votes.map((vote) => vote.p99),
      foundedFederation(state).checks.outliers,
    ),
    reports: votes.map(({ member, p99 }) => ({ member, p99 })),
    approvals,
    objections: votes.length - approvals,
    canary,
    passed: objection === undefined,
    reason: objection ?? `${approvals} of ${votes.length} votes approve`,
  };
}

/** A member's words, in quotes: it must not look as if another had said them. */
function saidBy({ member, reason }: VoteFacts): string {
  const said = reason.length > SAID_CHARACTERS ? `${reason.slice(0, SAID_CHARACTERS - 1)}…` : reason;
  return said ? `${member} objects: ${JSON.stringify(said)}` : `${member} objects`;
}

/** The first reason why a candidate may not become the model. */
function objectionTo(
  state: State,
  votes: VoteFacts[],
  canary: CanaryResult | null,
  currentCanary: CanaryResult | null,
): string | undefined {
  const { promotion, rounds, canary: gate } = foundedFederation(state);
  const approvals = votes.filter((vote) => vote.approve).length;
  if (votes.length < rounds.min)
    return `${votes.length} votes (at least ${rounds.min} needed for a threshold)`;
  if (approvals < promotion.approvals * votes.length) {
    const short = `${approvals} of ${votes.length} votes approve (share ${promotion.approvals} needed)`;
    return [
      short,
      ...votes
        .filter(({ approve }) => !approve)
        .map(saidBy)
        .slice(0, OBJECTIONS_NAMED),
    ].join('; ');
  }
  if (canary && gate && canary.auroc < gate.minAuroc) {
    return `canary AUROC ${canary.auroc.toFixed(4)} (at least ${gate.minAuroc} needed)`;
  }
  if (canary && currentCanary && canary.auroc < currentCanary.auroc - promotion.regressionBound) {
    return `canary AUROC ${canary.auroc.toFixed(4)} against ${currentCanary.auroc.toFixed(4)} of the current model (may lose ${promotion.regressionBound})`;
  }
  return undefined;
}
