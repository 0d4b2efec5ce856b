/** The coordinator of a simulation: the core decides, the production arithmetic measures and combines. */
import { tensorsOfFlat } from '../../shared/tensors/safetensors.ts';
import { elementsIn, type TensorSet } from '../../shared/tensors/tensor.ts';
import { ACCEPTED } from '../../shared/verdict.ts';
import type { Command } from '../core/commands.ts';
import type { Contribution, RoundFacts } from '../core/events.ts';
import { receivedOf, type Seating, type State } from '../core/state.ts';
import { runIn } from '../flow/context.ts';
import { judgeRound } from '../flow/judge-round.ts';
import { HEADER_ALLOWANCE_BYTES } from '../flow/open-round.ts';
import { inOrder, previousCombined, weigh } from '../flow/weigh.ts';
import type { Inspection } from '../ports/compute.ts';
import { type Advanced, advance } from './advance.ts';
import { type BenchCompute, CANARIES_AT_HAND } from './bench-compute.ts';
import type { BlobsAtHand } from './blobs-at-hand.ts';
import { type Consortium, ROUND_MS, START_MS } from './consortium.ts';
import type { LabPolicy } from './policies.ts';

/** An update as it was sent, with the command that its arrival is. */
export interface Submission {
  readonly member: string;
  readonly update: string;
  readonly values: Float32Array;
  readonly metrics: Readonly<Record<string, number>>;
  readonly command: Command;
}

export interface Combination {
  readonly values: Float32Array;
  readonly samples: number;
  readonly norm: number;
  readonly contributions: readonly Contribution[];
}

export interface CoordinatorParts {
  readonly consortium: Consortium;
  readonly compute: BenchCompute;
  readonly blobs: BlobsAtHand;
  readonly policy: LabPolicy;
}

export class CoordinatorSide {
  readonly #parts: CoordinatorParts;

  constructor(parts: CoordinatorParts) {
    this.#parts = parts;
  }

  /** The next round, or the end of the run when none can be opened. */
  openRound(state: State, base: TensorSet): Advanced {
    const run = state.run;
    const step = this.#parts.compute.step(run?.steps[run.at.step]?.step ?? '');
    const elements = elementsIn(step.layout(base));
    const command: Command = {
      type: 'open-round',
      nonce: `lab-${state.size}`,
      maxBytes: elements * Float32Array.BYTES_PER_ELEMENT + HEADER_ALLOWANCE_BYTES,
      nowMs: nowMs(state),
    };
    return advance(state, command, nowMs(state));
  }

  /** What a member sends, encoded, signed and looked at as at the door. */
  async submission(
    round: RoundFacts,
    member: string,
    sent: {
      readonly values: Float32Array;
      readonly layout: TensorSet['layout'];
      readonly samples: number;
      readonly metrics: Submission['metrics'];
    },
  ): Promise<Submission> {
    const { blobs, consortium } = this.#parts;
    const { values, layout, samples, metrics } = sent;
    const { digest: update, bytes } = blobs.put(tensorsOfFlat(layout, values));
    const inspection = await this.#inspect(round, bytes, samples);
    const header = { member, update, bytes: bytes.length, samples, metrics };
    return { member, update, values, metrics, command: consortium.submission(round, header, inspection) };
  }

  async #inspect(round: RoundFacts, bytes: Uint8Array, samples: number): Promise<Inspection> {
    const { compute, blobs, consortium, policy } = this.#parts;
    const base = await blobs.locate(round.base);
    const { federation } = consortium;
    const inspection = compute.inspect({ federation, step: round.step, base, update: { bytes }, samples });
    if (policy.door) return inspection;
    const { norm, elements } = inspection;
    return { norm, elements };
  }

  /** Everything that was sent, taken in: first from those in quarantine, as nobody waits for them. */
  take(state: State, round: RoundFacts, submissions: readonly Submission[]): State {
    const shadow = new Set(round.shadow);
    const inTurn = [
      ...submissions.filter(({ member }) => shadow.has(member)),
      ...submissions.filter(({ member }) => !shadow.has(member)),
    ];
    return inTurn.reduce((taken, { command }) => advance(taken, command, nowMs(taken)).state, state);
  }

  /** The state with every update judged; as it is when the round is not there to be screened. */
  async screen(state: State): Promise<State> {
    const run = runIn(state, 'screening');
    if (run === undefined) return state;
    const { compute, blobs, policy } = this.#parts;
    const { round, attempt } = run.phase.round;
    const canaryFile = policy.canaries ? CANARIES_AT_HAND : undefined;
    const { screened } = policy.screens
      ? await judgeRound({ blobs, compute, canaryFile }, state, run)
      : { screened: everyoneAccepted(run.phase) };
    const evidence = '0'.repeat(64);
    const now = nowMs(state);
    return advance(state, { type: 'screen', round, attempt, ...screened, evidence, nowMs: now }, now).state;
  }

  /** What the accepted updates combine to; undefined when the round is not there to be combined. */
  async combine(state: State): Promise<Combination | undefined> {
    const run = runIn(state, 'aggregating');
    if (run === undefined) return undefined;
    const { compute, blobs, consortium } = this.#parts;
    const { round, seats } = run.phase;
    const received = inOrder(receivedOf(seats));
    const weighed = await weigh(state, consortium.federation, blobs, received, round);
    const previous = previousCombined(state, run);
    const { values, norm, shares } = await compute.combine({
      step: round.step,
      contributions: weighed,
      rule: run.steps[run.at.step]?.rule ?? { rule: 'weighted-mean' },
      base: await blobs.locate(run.base),
      previous: previous === undefined ? undefined : await blobs.locate(previous),
      seed: round.seed,
    });
    return {
      values,
      norm,
      samples: weighed.reduce((sum, { weight }) => sum + weight, 0),
      contributions: received.map(({ member, update, index }, at) => ({
        member,
        update,
        samples: weighed[at]?.weight ?? 0,
        weight: shares[at] ?? 0,
        index,
      })),
    };
  }

  /** The state with the aggregate recorded, and its blobs under these names. */
  record(
    state: State,
    { contributions, norm }: Combination,
    digests: { readonly combined: string; readonly base: string },
  ): State {
    const run = runIn(state, 'aggregating');
    if (run === undefined) return state;
    const { round, attempt } = run.phase.round;
    const rule = run.steps[run.at.step]?.rule ?? { rule: 'weighted-mean' };
    const command: Command = {
      type: 'record-aggregate',
      round,
      attempt,
      rule,
      contributions,
      ...digests,
      server: null,
      norm,
    };
    return advance(state, command, nowMs(state)).state;
  }
}

/** What a policy without checks says of a cohort. */
function everyoneAccepted({ seats, shadow }: Seating) {
  const received = [...receivedOf(seats), ...receivedOf(shadow)];
  return { judged: received.map(({ member }) => ({ member, verdict: ACCEPTED })), points: [], medianNorm: 0 };
}

/** A clock that moves by rounds. */
function nowMs({ rounds }: State): number {
  return START_MS + rounds.length * ROUND_MS;
}
