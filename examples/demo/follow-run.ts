/** Follows a run to its end, entry by entry, and says how far it is. */
import { policyForSize } from '../../coordinator/core/checks/size-policy.ts';
import type { DataOf, EventType } from '../../coordinator/core/events.ts';
import type { Federation } from '../../shared/federation/schema.ts';
import type { Consortium } from './consortium.ts';
import type { Narrator } from './narrator.ts';

interface Watched {
  readonly type: EventType;
  readonly data: unknown;
}

/** With so few rounds each is worth a line. */
const FEW_ROUNDS = 10;

/** A base at the end of a round; what scores a run half-way. */
export interface RoundBase {
  readonly round: number;
  readonly step: string;
  /** SHA-256 of the blob. */
  readonly base: string;
}

/** Throws when the run ends without a model. */
export async function followRun(
  consortium: Consortium,
  federation: Federation,
  narrator: Narrator,
): Promise<RoundBase[]> {
  const follower = new RunFollower(narrator);
  const watching = consortium.watch();
  let promoting: Promise<void> | undefined;
  const outcome = await watching.heard((line) => {
    if (!line.startsWith('{')) return undefined;
    const entry = JSON.parse(line) as Watched;
    follower.take(entry);
    if (follower.waitsForOperator(entry, federation)) {
      narrator.progress(`evaluated; ${follower.whoDecides(federation)}`, true);
      promoting = consortium.promote();
    }
    return endOf(entry);
  });
  await promoting;
  await watching.stop();
  if (outcome !== 'promoted') throw new Error(`the run ended without a model; ${outcome}`);
  return follower.bases;
}

/** Why a run ended, or `promoted`. */
function endOf({ type, data }: Watched): string | undefined {
  if (type === 'model_promoted') return 'promoted';
  if (type !== 'candidate_rejected' && type !== 'run_failed' && type !== 'run_aborted') return undefined;
  return `${type.replace('_', ' ')}: ${(data as DataOf<typeof type>).reason}`;
}

class RunFollower {
  readonly bases: RoundBase[] = [];
  readonly #narrator: Narrator;
  #rounds = 0;
  #round = 0;
  #step = '';
  #refused: string[] = [];
  #inQuarantine: readonly string[] = [];
  #contributors = 0;

  constructor(narrator: Narrator) {
    this.#narrator = narrator;
  }

  take(entry: Watched): void {
    const line = this.#lineOf(entry);
    if (line) this.#narrator.progress(line, this.#rounds <= FEW_ROUNDS && entry.type === 'round_aggregated');
  }

  /** A candidate that passed, in a federation that leaves it to operators or of so few that it has to. */
  waitsForOperator({ type, data }: Watched, { promotion, checks }: Federation): boolean {
    if (type !== 'candidate_evaluated' || !(data as DataOf<typeof type>).evaluation.passed) return false;
    return (
      promotion.mode === 'operator' || policyForSize(this.#contributors, checks.outliers).operatorPromotes
    );
  }

  whoDecides({ promotion }: Federation): string {
    const why = promotion.mode === 'operator' ? 'by its own rule' : `of ${this.#contributors} members`;
    return `a federation ${why} promotes nothing without an operator, who does`;
  }

  #lineOf({ type, data }: Watched): string | undefined {
    if (type === 'run_opened') {
      const { steps } = data as DataOf<'run_opened'>;
      this.#rounds = steps.reduce((sum, { repeat }) => sum + repeat, 0);
      return undefined;
    }
    if (type === 'round_opened') {
      const opened = data as DataOf<'round_opened'>;
      this.#round = opened.round;
      this.#step = opened.step;
      this.#refused = [];
      this.#inQuarantine = opened.shadow ?? [];
      return undefined;
    }
    if (type === 'update_judged') {
      const { member, verdict } = data as DataOf<'update_judged'>;
      const counts = verdict.decision !== 'accept' && verdict.decision !== 'ignore';
      if (counts && !this.#inQuarantine.includes(member)) this.#refused.push(member);
      return undefined;
    }
    if (type === 'round_aggregated') return this.#aggregated(data as DataOf<'round_aggregated'>);
    if (type === 'candidate_assembled') return 'the candidate waits for the votes of its members';
    if (type === 'candidate_evaluated') return 'evaluated; the manifest is being signed';
    return undefined;
  }

  #aggregated({ round, base, contributions }: DataOf<'round_aggregated'>): string {
    this.bases.push({ round, step: this.#step, base });
    this.#contributors = contributions.length;
    const refused = listed('refused', this.#refused) + listed('in quarantine', this.#inQuarantine);
    return `round ${this.#round} of ${this.#rounds}  ${this.#step.padEnd(10)}  ${contributions.length} accepted${refused}`;
  }
}

function listed(what: string, names: readonly string[]): string {
  return names.length > 0 ? `, ${what}: ${names.join(', ')}` : '';
}
