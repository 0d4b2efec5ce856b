/** The interceptor in front of every method: nothing of a call is read before it is known who calls. */
import {
  type Metadata,
  ResponderBuilder,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  ServerListenerBuilder,
} from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { Refusal } from '../../../shared/refusal.ts';
import { CHUNKS_IN_FLIGHT } from '../../../shared/wire/limits.ts';
import { statusOf } from '../../../shared/wire/refusal-status.ts';
import {
  type Authenticator,
  certificateEnded,
  type Identified,
  type PeerCertificate,
} from './authenticate.ts';
import { ChunkGate } from './chunk-gate.ts';
import type { LiveCall, LiveCalls } from './live-calls.ts';
import { type CallObserver, refusalFor } from './refusals.ts';

export interface Admission extends Identified {
  /** Milliseconds since the epoch. */
  readonly deadlineMs: number;
  /** Aborted with a `Refusal` when the call is over, for whatever reason. */
  readonly signal: AbortSignal;
  readonly gate: ChunkGate | undefined;
}

export interface Admitting {
  readonly authenticator: Authenticator;
  readonly liveCalls: LiveCalls;
  readonly certificateOf: (call: ServerInterceptingCallInterface) => PeerCertificate;
  readonly now: () => number;
  readonly log: Logger;
  readonly observe: CallObserver;
}

/** What the interceptor knows of a call, found again by its metadata object, the one thing that reaches the handler. */
export class Admissions {
  readonly #byMetadata = new WeakMap<Metadata, Admission>();
  readonly #admitting: Admitting;

  constructor(admitting: Admitting) {
    this.#admitting = admitting;
  }

  of(metadata: Metadata): Admission {
    const admission = this.#byMetadata.get(metadata);
    if (!admission) throw new Error('a handler ran for a call that was not admitted');
    return admission;
  }

  readonly interceptor: ServerInterceptor = (method, call) => {
    const { liveCalls } = this.#admitting;
    let live: AdmittedCall | undefined;
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => {
        live = this.#admit(method.path, call, metadata, {
          paced: method.requestStream,
          follows: follows(method),
        });
        if (live) next(metadata);
      })
      .withOnReceiveMessage((message, next) => {
        const gate = live?.admission.gate;
        if (gate) gate.pass(() => next(message));
        else next(message);
      })
      .withOnCancel(() => {
        if (!live) return;
        liveCalls.remove(live);
        live.over();
      })
      .build();
    return new ServerInterceptingCall(
      call,
      new ResponderBuilder().withStart((next) => next(listener)).build(),
    );
  };

  #admit(
    method: string,
    call: ServerInterceptingCallInterface,
    metadata: Metadata,
    shape: { paced: boolean; follows: boolean },
  ): AdmittedCall | undefined {
    const { authenticator, certificateOf, liveCalls, now } = this.#admitting;
    try {
      const nowMs = now();
      const identified = authenticator.identify(method, metadata, certificateOf(call), nowMs);
      liveCalls.requireRoom(identified.did);
      const live = new AdmittedCall(call, identified, nowMs, shape);
      this.#byMetadata.set(metadata, live.admission);
      liveCalls.add(live);
      return live;
    } catch (error) {
      const refusal = refusalFor(error, method, '', this.#admitting.log);
      this.#admitting.observe({ method, outcome: refusal.code, seconds: 0 });
      call.sendStatus(statusOf(refusal));
      return undefined;
    }
  }
}

/** A call with an end: its own deadline, the longest life of its method, or the end of its certificate. */
class AdmittedCall implements LiveCall {
  readonly admission: Admission;
  readonly follows: boolean;
  readonly #call: ServerInterceptingCallInterface;
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(
    call: ServerInterceptingCallInterface,
    identified: Identified,
    nowMs: number,
    { paced, follows }: { paced: boolean; follows: boolean },
  ) {
    this.#call = call;
    this.follows = follows;
    const { untilMs, access } = identified;
    const deadlineMs = Math.min(untilMs, nowMs + access.maxMs, Number(call.getDeadline()));
    const gate = paced ? new ChunkGate(CHUNKS_IN_FLIGHT) : undefined;
    this.admission = { ...identified, deadlineMs, signal: this.#controller.signal, gate };
    const reason = () =>
      deadlineMs === untilMs ? certificateEnded(untilMs) : new Refusal('deadline', 'the call took too long');
    this.#timer = setTimeout(() => this.end(reason()), Math.max(0, deadlineMs - nowMs));
  }

  get did(): string {
    return this.admission.did;
  }

  /** Answers with the reason at once; what the handler says later is not heard. */
  end(reason: Refusal): void {
    this.#controller.abort(reason);
    this.#call.sendStatus(statusOf(reason));
  }

  over(): void {
    clearTimeout(this.#timer);
    this.#controller.abort(new Refusal('unavailable', 'the caller is gone'));
  }
}

/** Waits for news: streams an answer to one question. Downloads do too, and lose nothing by resuming elsewhere. */
function follows(method: { requestStream: boolean; responseStream: boolean }): boolean {
  return method.responseStream && !method.requestStream;
}
