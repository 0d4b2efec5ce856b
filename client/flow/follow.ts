/**
 * A node at work. One loop listens: it checks every head of the journal and keeps the newest situation. The other does
 * what the newest situation asks, one thing at a time. Nothing is queued: whatever was missed no longer matters.
 */
import { Refusal } from '../../shared/refusal.ts';
import { afterDuty, afterFollowing, delayAfterMs, type NextMove } from '../core/after-failure.ts';
import { ballotKey, type Done, type Duty, dutyOf, roundKey } from '../core/duty.ts';
import type { Situation } from '../ports/coordinator.ts';
import type { InstalledModel } from '../ports/installed-models.ts';
import { claimReceipt } from './claim-receipt.ts';
import { VerdictWatch } from './hear-verdict.ts';
import { install } from './install.ts';
import { CertificateKeeper } from './keep-certificate.ts';
import type { ClientNode } from './node.ts';
import { noteStanding } from './note-standing.ts';
import { linkReceipts, observeHead } from './observe.ts';
import type { Renewal } from './renew.ts';
import { report } from './report.ts';
import { Participant } from './take-part.ts';
import { vote } from './vote.ts';

/** How often receipts are made sure of and tied to the rest of the journal. */
const TIDY_EVERY_MS = 10_000;

export interface FollowOptions {
  /** Ends the work in good order. */
  readonly signal: AbortSignal;
  /** Whether the work is done with this model, which was there already or is new. Default: never. */
  readonly enough?: (installed: InstalledModel, isNew: boolean) => boolean;
  readonly renewal: Renewal & { readonly certificatePem: string };
}

/** Follows until stopped or satisfied. Throws the refusal after which a node must not go on. */
export async function follow(node: ClientNode, options: FollowOptions): Promise<void> {
  const installed = await node.models.current();
  if (options.signal.aborted || (installed && options.enough?.(installed, false))) return;
  await new Session(node, options, installed).run(installed);
}

class Session {
  readonly #node: ClientNode;
  readonly #options: FollowOptions;
  readonly #stop = new AbortController();
  readonly #verdicts: VerdictWatch;
  readonly #participant: Participant;
  readonly #certificate: CertificateKeeper;
  #failure: unknown;
  #receiptClaimed = false;
  #latest: Situation | undefined;
  #done: Done;
  #underWay: { readonly duty: Duty; readonly abort: AbortController } | undefined;
  #news: () => void = () => {};
  #standing = '';

  constructor(node: ClientNode, options: FollowOptions, installed: InstalledModel | undefined) {
    this.#node = node;
    this.#options = options;
    this.#verdicts = new VerdictWatch(node);
    this.#participant = new Participant(node, this.#verdicts);
    const { logger, nowMs } = node;
    const onFailure = (error: unknown) => this.#end(error);
    this.#certificate = new CertificateKeeper({ renewal: options.renewal, logger, nowMs, onFailure });
    this.#done = { round: undefined, ballot: undefined, manifest: installed?.manifest };
  }

  async run(installed: InstalledModel | undefined): Promise<void> {
    const { signal } = this.#options;
    const onStop = () => this.#end();
    signal.addEventListener('abort', onStop, { once: true });
    const tidying = setInterval(() => this.#guard(this.#tidy()), TIDY_EVERY_MS);
    try {
      this.#guard(report(this.#node, installed));
      this.#guard(this.#claimReceipt());
      await Promise.all([this.#listen(), this.#work()]);
    } finally {
      clearInterval(tidying);
      this.#certificate.stop();
      signal.removeEventListener('abort', onStop);
      await this.#settle().catch((error: unknown) => {
        this.#failure ??= error;
      });
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** What must not be lost when a node stops: receipts, and how far it has seen the journal. */
  async #settle(): Promise<void> {
    await this.#node.receipts.flush();
    await this.#node.saveHead(this.#node.seenLog.head);
  }

  /** Once a start; an outage leaves it to the next tidying. */
  async #claimReceipt(): Promise<void> {
    if (this.#receiptClaimed) return;
    await claimReceipt(this.#node);
    this.#receiptClaimed = true;
  }

  async #tidy(): Promise<void> {
    await this.#claimReceipt();
    await this.#node.receipts.flush();
    await linkReceipts(this.#node);
  }

  #end(failure?: unknown): void {
    this.#failure ??= failure;
    this.#underWay?.abort.abort(new Refusal('unavailable', 'this node is stopping'));
    this.#stop.abort();
    this.#news();
  }

  /** A side task whose refusal may have to stop the node. */
  #guard(task: Promise<unknown>): void {
    task.catch((error: unknown) => {
      if (error instanceof Refusal && afterDuty(error) !== 'stop') {
        this.#node.logger.warn({ code: error.code }, 'a side task failed and will be tried again');
      } else {
        this.#end(error);
      }
    });
  }

  async #listen(): Promise<void> {
    for (let failures = 1; !this.#stop.signal.aborted; failures += 1) {
      try {
        for await (const situation of this.#situations()) {
          failures = 0;
          await this.#take(situation);
        }
      } catch (error) {
        await this.#afterBrokenFollow(error, failures);
      }
    }
  }

  #situations(): AsyncIterable<Situation> {
    const { coordinator, seenLog, logger } = this.#node;
    return coordinator.follow(
      () => seenLog.head.size,
      this.#stop.signal,
      ({ code }) => logger.warn({ code }, 'the coordinator is out of reach; trying again'),
    );
  }

  async #afterBrokenFollow(error: unknown, failures: number): Promise<void> {
    const move = error instanceof Refusal ? afterFollowing(error) : 'stop';
    if (move === 'stop') {
      this.#end(error);
      return;
    }
    this.#node.logger.warn(
      { code: error instanceof Refusal ? error.code : '' },
      'following was refused; trying again',
    );
    if (move === 'renew') await this.#certificate.renewNow();
    await pauseUnless(this.#stop.signal, delayAfterMs(Math.max(failures, 1), Math.random()));
  }

  async #take(situation: Situation): Promise<void> {
    if (situation.head) await observeHead(this.#node, situation.head);
    if (situation.standing !== this.#standing) {
      this.#standing = situation.standing;
      this.#guard(noteStanding(this.#node, situation.standing));
    }
    this.#guard(this.#verdicts.look(situation));
    this.#latest = situation;
    this.#abortIfOver(situation);
    this.#news();
  }

  /** Training for a round that has closed, or been tried anew, helps nobody. */
  #abortIfOver({ plan, ballot }: Situation): void {
    if (!this.#underWay) return;
    const { duty, abort } = this.#underWay;
    const isOver =
      (duty.duty === 'take-part' && (!plan || roundKey(plan) !== roundKey(duty.plan))) ||
      (duty.duty === 'vote' && (!ballot || ballotKey(ballot) !== ballotKey(duty.ballot)));
    if (isOver) abort.abort(new Refusal('update_late', 'the round or vote closed before this node was done'));
  }

  async #work(): Promise<void> {
    for (let failures = 0; !this.#stop.signal.aborted; ) {
      const situation = this.#latest;
      const duty = situation ? dutyOf(situation, this.#done) : ({ duty: 'rest' } as const);
      if (duty.duty === 'rest') {
        await this.#untilNews();
      } else if (await this.#attempt(duty)) {
        failures = 0;
      } else {
        failures += 1;
        if (this.#latest === situation) await this.#untilNews(delayAfterMs(failures, Math.random()));
      }
    }
  }

  /** Whether the duty is behind this node, one way or the other; otherwise it is tried again. */
  async #attempt(duty: Exclude<Duty, { duty: 'rest' }>): Promise<boolean> {
    const abort = new AbortController();
    this.#underWay = { duty, abort };
    try {
      await this.#perform(duty, abort.signal);
      this.#markDone(duty);
      return true;
    } catch (error) {
      return await this.#afterFailedDuty(duty, error, abort.signal);
    } finally {
      this.#underWay = undefined;
    }
  }

  async #perform(duty: Exclude<Duty, { duty: 'rest' }>, signal: AbortSignal): Promise<void> {
    const node = this.#node;
    switch (duty.duty) {
      case 'take-part':
        await this.#participant.takePart(duty.plan, signal);
        // The round may have moved on before the receipt was here.
        if (this.#latest) this.#guard(this.#verdicts.look(this.#latest));
        return;
      case 'vote':
        return await vote(node, duty.ballot, signal);
      case 'install': {
        const installed = await install(node, duty.model, signal);
        this.#guard(report(node, installed));
        if (this.#options.enough?.(installed, true)) this.#end();
      }
    }
  }

  async #afterFailedDuty(
    duty: Exclude<Duty, { duty: 'rest' }>,
    error: unknown,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { logger } = this.#node;
    if (signal.aborted) {
      logger.info({ duty: duty.duty }, 'left unfinished: the coordinator moved on, or this node is stopping');
      return true;
    }
    const move = nextAfter(duty, error);
    if (error instanceof Refusal) {
      // The message may quote others; the catalogue's advice does not.
      logger.warn({ duty: duty.duty, code: error.code, resolve: error.resolve, next: move }, 'refused');
      logger.debug({ refused: error.message }, 'refused because');
    } else {
      logger.error({ duty: duty.duty, err: error }, 'failed');
    }
    if (move === 'stop') this.#end(error);
    if (move === 'renew') await this.#certificate.renewNow();
    if (move === 'decline') this.#markDone(duty);
    return move === 'decline';
  }

  #markDone(duty: Duty): void {
    if (duty.duty === 'take-part') this.#done = { ...this.#done, round: roundKey(duty.plan) };
    if (duty.duty === 'vote') this.#done = { ...this.#done, ballot: ballotKey(duty.ballot) };
    if (duty.duty === 'install') this.#done = { ...this.#done, manifest: duty.model.manifest };
  }

  #untilNews(longestMs?: number): Promise<void> {
    const news = new Promise<void>((resolve) => {
      const timer = longestMs === undefined ? undefined : setTimeout(resolve, longestMs);
      this.#news = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    return this.#stop.signal.aborted ? Promise.resolve() : news;
  }
}

/** A model waits to be installed for as long as it is the newest; only what was proven wrong is left alone. */
function nextAfter(duty: Duty, error: unknown): NextMove {
  if (!(error instanceof Refusal)) return 'decline';
  const move = afterDuty(error);
  return move === 'decline' && duty.duty === 'install' && error.kind !== 'corrupt' ? 'retry' : move;
}

function pauseUnless(signal: AbortSignal, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, delayMs);
    signal.addEventListener('abort', done, { once: true });
  });
}
