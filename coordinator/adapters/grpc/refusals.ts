/** Every failure leaves the server as a refusal; what was not meant as one leaves as a reference into the log. */
import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { Refusal, type RefusalCode } from '../../../shared/refusal.ts';

/** Told once for each call that ends: for metrics. */
export type CallObserver = (call: {
  /** Full gRPC path. */
  readonly method: string;
  readonly outcome: RefusalCode | 'ok';
  readonly seconds: number;
}) => void;

/** The refusal for the caller. Codes are logged at debug; only failures of our own reach a level that is kept. */
export function refusalFor(error: unknown, method: string, caller: string, log: Logger): Refusal {
  if (error instanceof Refusal) {
    log.debug({ method, caller, code: error.code }, 'call refused');
    return error;
  }
  const reference = randomBytes(6).toString('hex');
  log.error({ method, caller, reference, err: error }, 'call failed');
  return new Refusal('internal', `the coordinator failed; reference ${reference}`, { reference });
}
