/** One round from this node's side: fetch, train, protect, submit. */
import { Refusal } from '../../shared/refusal.ts';
import { roundKey } from '../core/duty.ts';
import { memberSeed } from '../core/member-seed.ts';
import type { RoundPlan } from '../ports/coordinator.ts';
import { fetchTensors } from './fetch.ts';
import { logVerdict, type VerdictWatch } from './hear-verdict.ts';
import type { ClientNode } from './node.ts';
import { type ProtectedUpdate, protect } from './protect.ts';
import { submit } from './submit.ts';
import { train } from './train.ts';

export class Participant {
  readonly #node: ClientNode;
  /** The last update made. Should handing it in fail, it is not trained a second time. */
  #made: { readonly key: string; readonly update: ProtectedUpdate } | undefined;

  readonly #verdicts: VerdictWatch;

  constructor(node: ClientNode, verdicts: VerdictWatch) {
    this.#node = node;
    this.#verdicts = verdicts;
  }

  /** Throws the signal's reason when the round ends first. */
  async takePart(plan: RoundPlan, signal: AbortSignal): Promise<void> {
    const startedMs = performance.now();
    const update = await this.#updateFor(plan, signal);
    const { digest, verdict } = await submit(this.#node, plan, update, signal);
    const { round, attempt, step } = plan;
    const ms = Math.round(performance.now() - startedMs);
    const bytes = update.bytes.length;
    const { decision, code = '', message = '' } = verdict;
    const told = { decision, code, message };
    this.#verdicts.handedIn({ round, attempt, update: digest, verdict: told });
    const facts = { round, attempt, step, samples: update.samples, bytes, ms };
    logVerdict(this.#node.logger, 'update handed in', told, facts);
  }

  async #updateFor(plan: RoundPlan, signal: AbortSignal): Promise<ProtectedUpdate> {
    const key = roundKey(plan);
    if (this.#made?.key !== key) this.#made = { key, update: await makeUpdate(this.#node, plan, signal) };
    return this.#made.update;
  }
}

async function makeUpdate(node: ClientNode, plan: RoundPlan, signal: AbortSignal): Promise<ProtectedUpdate> {
  const step = node.family.steps.find(({ kind }) => kind === plan.step);
  if (!step)
    throw new Refusal(
      'policy_refused',
      `family ${node.family.name} has no step ${plan.step} in this software`,
    );
  const base = await fetchTensors(node, plan.base, signal);
  const job = {
    step,
    rows: node.rows.training,
    base,
    seed: memberSeed(plan.seed, node.membership.member),
    onProgress: progressSender(node, plan),
  };
  return protect(await train(job, signal), plan, node.policy, node.tamper);
}

/** Tells the coordinator that training moves, at most three times per idle window and only while it does. */
function progressSender({ federation, coordinator, logger }: ClientNode, { round, attempt }: RoundPlan) {
  const everyMs = federation.rounds.idle / 3;
  let lastMs = performance.now();
  return (done: number, of: number): void => {
    if (performance.now() - lastMs < everyMs) return;
    lastMs = performance.now();
    coordinator.progress({ round, attempt, done, of }).catch((error: unknown) => {
      logger.debug({ code: error instanceof Refusal ? error.code : 'internal' }, 'progress was not heard');
    });
  };
}
