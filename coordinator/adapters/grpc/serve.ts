/** Handlers as plain async functions: request and context in, reply out, refusals thrown. */
import {
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Metadata,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  type sendUnaryData,
  type UntypedHandleCall,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { Refusal } from '../../../shared/refusal.ts';
import { STALL_MS } from '../../../shared/wire/limits.ts';
import { statusOf } from '../../../shared/wire/refusal-status.ts';
import { accessTo } from './access.ts';
import type { Admission, Admissions } from './admission.ts';
import type { Caller } from './caller.ts';
import { type CallObserver, refusalFor } from './refusals.ts';

/** What a handler of a method for any key knows. */
export interface KeyContext {
  /** The key that signed the request token. */
  readonly did: string;
  /** Full gRPC path. */
  readonly method: string;
  /** Milliseconds since the epoch; at the latest then the call is ended. */
  readonly deadlineMs: number;
  /** Aborted with a `Refusal` when the call is over: deadline, caller gone, standing changed, server stopping. */
  readonly signal: AbortSignal;
}

/** What a handler of a method for the enrolled knows. */
export interface CallContext extends KeyContext {
  readonly caller: Caller;
}

/** Sends one message of a stream; resolves when it has left. Refuses with the reason of the signal, or `deadline`. */
export type Emit<Reply> = (reply: Reply) => Promise<void>;

type Handler<Call, Context> =
  Call extends handleUnaryCall<infer Request, infer Reply>
    ? (request: Request, context: Context) => Promise<Reply>
    : Call extends handleServerStreamingCall<infer Request, infer Reply>
      ? (request: Request, context: Context, emit: Emit<Reply>) => Promise<void>
      : Call extends handleClientStreamingCall<infer Chunk, infer Reply>
        ? (chunks: AsyncIterable<Chunk>, context: Context) => Promise<Reply>
        : never;

/** One async function for each method of a generated `…Handlers` interface. */
export type Handlers<Generated, Context> = {
  readonly [Name in keyof Generated as string extends Name
    ? never
    : number extends Name
      ? never
      : Name]: Handler<Generated[Name], Context>;
};

/** A service with its handlers, ready for `startGrpcServer`. */
export interface Implementation {
  readonly definition: ServiceDefinition;
  readonly handlers: Readonly<Record<string, unknown>>;
}

/** A service for the enrolled: `implement<ControlHandlers>(CONTROL, { Members: async (request, { caller }) => … })`. */
export function implement<Generated>(
  definition: ServiceDefinition,
  handlers: Handlers<Generated, CallContext>,
): Implementation {
  for (const { path } of Object.values(definition)) {
    if (accessTo(path)?.who !== 'enrolled')
      throw new Error(`${path} is not for the enrolled in the access table`);
  }
  return { definition, handlers };
}

/** A service whose callers prove a key and need not be enrolled. */
export function implementForAnyKey<Generated>(
  definition: ServiceDefinition,
  handlers: Handlers<Generated, KeyContext>,
): Implementation {
  return { definition, handlers };
}

export interface Serving {
  readonly admissions: Admissions;
  readonly log: Logger;
  readonly observe: CallObserver;
}

/** The implementation in the form grpc-js takes. */
export function adapt(
  { definition, handlers }: Implementation,
  serving: Serving,
): UntypedServiceImplementation {
  const adapted = Object.entries(definition).map(([name, { path, requestStream, responseStream }]) => {
    const handler = handlers[name];
    if (typeof handler !== 'function') throw new Error(`no handler for ${path}`);
    const call = new ServedMethod(path, handler as AnyHandler, serving);
    if (requestStream) return [name, call.clientStream];
    return [name, responseStream ? call.serverStream : call.unary];
  });
  return Object.fromEntries(adapted) as Record<string, UntypedHandleCall>;
}

type AnyHandler = (request: unknown, context: unknown, emit?: Emit<unknown>) => Promise<unknown>;

class ServedMethod {
  readonly #path: string;
  readonly #handler: AnyHandler;
  readonly #serving: Serving;

  constructor(path: string, handler: AnyHandler, serving: Serving) {
    this.#path = path;
    this.#handler = handler;
    this.#serving = serving;
  }

  readonly unary = (call: ServerUnaryCall<unknown, unknown>, reply: sendUnaryData<unknown>): void => {
    void this.#run(
      call.metadata,
      (context) => this.#handler(call.request, context),
      (refusal, value) => (refusal ? reply(statusOf(refusal)) : reply(null, value)),
    );
  };

  readonly clientStream = (
    call: ServerReadableStream<unknown, unknown>,
    reply: sendUnaryData<unknown>,
  ): void => {
    void this.#run(
      call.metadata,
      (context, admission) => this.#handler(paced(call, admission), context),
      (refusal, value) => (refusal ? reply(statusOf(refusal)) : reply(null, value)),
    );
  };

  readonly serverStream = (call: ServerWritableStream<unknown, unknown>): void => {
    // Before the first message, which may be long in coming: so that the caller knows the stream stands.
    call.sendMetadata(new Metadata());
    void this.#run(
      call.metadata,
      (context, { signal }) => this.#handler(call.request, context, emitter(call, signal)),
      (refusal) => (refusal ? call.emit('error', statusOf(refusal)) : call.end()),
    );
  };

  async #run(
    metadata: Metadata,
    work: (context: KeyContext, admission: Admission) => Promise<unknown>,
    finish: (refusal: Refusal | undefined, value?: unknown) => void,
  ): Promise<void> {
    const { admissions, log, observe } = this.#serving;
    const startedMs = performance.now();
    const admission = admissions.of(metadata);
    const { did, caller, deadlineMs, signal } = admission;
    const ended = (outcome: Parameters<CallObserver>[0]['outcome']) =>
      observe({ method: this.#path, outcome, seconds: (performance.now() - startedMs) / 1000 });
    try {
      const context: KeyContext & { caller: Caller | undefined } = {
        did,
        caller,
        method: this.#path,
        deadlineMs,
        signal,
      };
      const value = await work(context, admission);
      ended('ok');
      finish(undefined, value);
    } catch (error) {
      // Once the call is over, errors of streams and disks under it only repeat that.
      const cause = signal.aborted ? signal.reason : error;
      const refusal = refusalFor(cause, this.#path, caller?.id ?? '', log);
      ended(refusal.code);
      finish(refusal);
    }
  }
}

async function* paced(
  call: ServerReadableStream<unknown, unknown>,
  { gate }: Admission,
): AsyncIterable<unknown> {
  for await (const chunk of call) {
    yield chunk;
    gate?.release();
  }
}

function emitter(call: ServerWritableStream<unknown, unknown>, signal: AbortSignal): Emit<unknown> {
  return (message) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const settle = (error?: unknown): void => {
        clearTimeout(stalled);
        signal.removeEventListener('abort', abandoned);
        if (error) reject(error);
        else resolve();
      };
      const abandoned = (): void => settle(signal.reason);
      const stalled = setTimeout(
        () => settle(new Refusal('deadline', `the caller took nothing for ${STALL_MS / 1000} s`)),
        STALL_MS,
      );
      signal.addEventListener('abort', abandoned, { once: true });
      call.write(message, (error: Error | null | undefined) => settle(error));
    });
}
