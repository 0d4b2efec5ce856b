/** What a situation asks of this node, given what it has done already. */
import type { Situation } from '../../shared/wire/generated/vedette/v1/Situation.ts';

type Plan = NonNullable<Situation['plan']>;
type Ballot = NonNullable<Situation['ballot']>;
type Model = NonNullable<Situation['model']>;

export type Duty =
  | { readonly duty: 'take-part'; readonly plan: Plan }
  | { readonly duty: 'vote'; readonly ballot: Ballot }
  | { readonly duty: 'install'; readonly model: Model }
  | { readonly duty: 'rest' };

/** What is behind this node: keys of rounds and ballots it is done with, and the manifest of the model in use. */
export interface Done {
  readonly round: string | undefined;
  readonly ballot: string | undefined;
  readonly manifest: string | undefined;
}

/** A round is asked anew with every attempt. */
export function roundKey(plan: Pick<Plan, 'run' | 'round' | 'attempt'>): string {
  return `${plan.run}/${plan.round}/${plan.attempt}`;
}

export function ballotKey(ballot: Pick<Ballot, 'run' | 'candidate'>): string {
  return `${ballot.run}/${ballot.candidate}`;
}

/** Standings with which a release can be fetched; any other waits until it changes. */
const MAY_FETCH: ReadonlySet<string> = new Set(['active', 'quarantined']);

/** The first thing to do: others wait for updates and votes, nobody for an install. */
export function dutyOf(situation: Situation, done: Done): Duty {
  const { plan, ballot, model, standing } = situation;
  if (plan && roundKey(plan) !== done.round) return { duty: 'take-part', plan };
  if (ballot && ballotKey(ballot) !== done.ballot) return { duty: 'vote', ballot };
  // Not "newer": a rollback names an earlier version, and this node follows.
  const isNew = model && model.version > 0 && model.manifest !== done.manifest;
  if (isNew && MAY_FETCH.has(standing)) return { duty: 'install', model };
  return { duty: 'rest' };
}
