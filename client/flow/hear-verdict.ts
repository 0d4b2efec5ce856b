/**
 * What became of an update after the door. The receipt has the verdict at the door only: an update that passed it may
 * still be kept out when it meets its cohort, and one sent in quarantine is judged only then.
 */
import type { Logger } from 'pino';
import { isRefusalCode, REFUSALS } from '../../shared/refusal.ts';
import type { Decision } from '../../shared/verdict.ts';
import type { OwnVerdict, Situation } from '../ports/coordinator.ts';
import type { ClientNode } from './node.ts';

/** A verdict as it was told; code and message may be empty. */
interface Told {
  readonly decision: string;
  readonly code: string;
  readonly message: string;
}

/** An update that was handed in, and its verdict at the door. */
export interface HandedIn {
  readonly round: number;
  readonly attempt: number;
  /** Digest of the update. */
  readonly update: string;
  readonly verdict: Told;
}

/** Phases in which an update may still be judged otherwise. */
const UNDECIDED: ReadonlySet<string> = new Set(['collecting', 'screening']);
const COUNTS: ReadonlySet<string> = new Set<Decision>(['accept', 'clip']);
/** Late, repeated or withdrawn: nothing to mend. */
const IGNORED: Decision = 'ignore';
/** At the door: taken from a member in quarantine. Behind it: kept out. */
const QUARANTINE: Decision = 'quarantine';

export class VerdictWatch {
  readonly #node: Pick<ClientNode, 'coordinator' | 'logger'>;
  #awaited: HandedIn | undefined;

  constructor(node: Pick<ClientNode, 'coordinator' | 'logger'>) {
    this.#node = node;
  }

  /** Only what passed the door has a verdict to come; of two updates, the later one is heard of. */
  handedIn(sent: HandedIn): void {
    const { decision } = sent.verdict;
    this.#awaited = COUNTS.has(decision) || decision === QUARANTINE ? sent : undefined;
  }

  /** Asks once the round is behind, and logs a verdict that is not the one at the door. */
  async look({ round, phase }: Pick<Situation, 'round' | 'phase'>): Promise<void> {
    const sent = this.#awaited;
    if (!sent || round < sent.round || (round === sent.round && UNDECIDED.has(phase))) return;
    this.#awaited = undefined;
    const verdict = await this.#verdictOn(sent);
    // As at the door: accepted, or never judged because the round came to nothing.
    if (!verdict || (verdict.decision === sent.verdict.decision && verdict.message === sent.verdict.message))
      return;
    const { round: of, attempt } = sent;
    const inShadow = sent.verdict.decision === QUARANTINE;
    logVerdict(this.#node.logger, 'update judged', verdict, {
      round: of,
      attempt,
      ...(inShadow ? { wouldHavePassed: verdict.code === '' } : {}),
    });
  }

  async #verdictOn(sent: HandedIn): Promise<OwnVerdict['verdict'] | undefined> {
    try {
      const verdicts = await this.#node.coordinator.verdicts(sent.round);
      return verdicts.find((one) => isOf(one, sent))?.verdict;
    } catch (error) {
      // Asked for again at the next situation.
      this.#awaited ??= sent;
      throw error;
    }
  }
}

interface VerdictFacts {
  readonly round: number;
  readonly attempt: number;
  /** Of an update sent in quarantine. */
  readonly wouldHavePassed?: boolean;
}

/** A verdict that keeps an update out is a warning, with why and what to do; any other is information. */
export function logVerdict(
  logger: Logger,
  event: string,
  { decision, code, message }: Told,
  facts: VerdictFacts,
): void {
  if (COUNTS.has(decision) || decision === IGNORED) {
    logger.info({ ...facts, decision, ...(code ? { code } : {}) }, event);
    return;
  }
  const why = { ...facts, decision, ...(code ? { code } : {}), why: message };
  const advice = isRefusalCode(code) ? { resolve: REFUSALS[code].resolve } : {};
  if (facts.wouldHavePassed) logger.info(why, event);
  else logger.warn({ ...why, ...advice }, event);
}

function isOf({ round, attempt, update }: OwnVerdict, sent: HandedIn): boolean {
  return round === sent.round && attempt === sent.attempt && update === sent.update;
}
