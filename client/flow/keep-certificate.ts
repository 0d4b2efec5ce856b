/** Keeps the certificate of a running node fresh. */
import type { Logger } from 'pino';
import { Refusal } from '../../shared/refusal.ts';
import { afterFollowing } from '../core/after-failure.ts';
import { dueAtMs, type Renewal, renew } from './renew.ts';

const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** A third of the life is left when the first try fails: no hurry. */
const AGAIN_AFTER_MS = 60_000;

export interface CertificateKeeperOptions {
  readonly renewal: Renewal & { readonly certificatePem: string };
  readonly logger: Logger;
  readonly nowMs: () => number;
  /** Told of a refusal that no later try will mend. */
  readonly onFailure: (error: unknown) => void;
}

export class CertificateKeeper {
  readonly #options: CertificateKeeperOptions;
  #timer: NodeJS.Timeout | undefined;
  #underWay: Promise<void> | undefined;
  #stopped = false;

  constructor(options: CertificateKeeperOptions) {
    this.#options = options;
    this.#wakeWhenDue(options.renewal.certificatePem);
  }

  /** One renewal at a time, however many ask for it. */
  async renewNow(): Promise<void> {
    this.#underWay ??= this.#renew().finally(() => {
      this.#underWay = undefined;
    });
    await this.#underWay;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #renew(): Promise<void> {
    const { renewal, logger } = this.#options;
    try {
      const fresh = await renew(renewal);
      logger.info('certificate renewed');
      this.#wakeWhenDue(fresh);
    } catch (error) {
      if (!(error instanceof Refusal) || afterFollowing(error) === 'stop') throw error;
      logger.warn({ code: error.code }, 'the certificate could not be renewed yet');
      this.#wakeIn(AGAIN_AFTER_MS);
    }
  }

  #wakeWhenDue(certificatePem: string): void {
    this.#wakeIn(Math.max(0, dueAtMs(certificatePem, Math.random()) - this.#options.nowMs()));
  }

  #wakeIn(delayMs: number): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    const wake = () => this.renewNow().catch(this.#options.onFailure);
    this.#timer = setTimeout(wake, Math.min(delayMs, LONGEST_TIMER_MS));
  }
}
