/**
 * The one connection of a node to its coordinator: TLS against the pinned CA, a fresh request token on each call,
 * failures as refusals, repeats only where repeating is safe.
 */
import { isIP } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import {
  Client,
  type ClientReadableStream,
  type ClientWritableStream,
  connectivityState,
  credentials,
  Metadata,
} from '@grpc/grpc-js';
import type { SigningKey } from '../identity/keys.ts';
import { makeRequestToken } from '../identity/request-token.ts';
import { Refusal } from '../refusal.ts';
import {
  DEFAULT_CALL_MS,
  FLOW_WINDOW_BYTES,
  KEEPALIVE_INTERVAL_MS,
  KEEPALIVE_TIMEOUT_MS,
  MAX_FOLLOW_CALL_MS,
  MAX_REPLY_BYTES,
  MAX_REQUEST_BYTES,
  MAX_TRANSFER_CALL_MS,
} from './limits.ts';
import { type OutgoingStream, PacedStream } from './paced-stream.ts';
import { isServiceError, refusalOf } from './refusal-status.ts';
import { isRetryable, mayRepeat, pause, waitBeforeRetryMs } from './retry.ts';

import { withinTime } from './stall.ts';

export interface ClientCertificate {
  readonly certificatePem: string;
  /** The transport key, PKCS#8 PEM. */
  readonly keyPem: string;
}

export interface ConnectionOptions {
  /** `host:port`, IPv6 in brackets, as in the invite. */
  readonly endpoint: string;
  /** The pinned CA. */
  readonly caPem: string;
  /** Federation id: the audience of request tokens. */
  readonly federation: string;
  /** Signs request tokens: the identity key of a node, or an operator's. */
  readonly key: SigningKey;
  /** Absent only while joining. */
  readonly certificate?: ClientCertificate;
  /** Milliseconds since the epoch. Default: the system's clock. */
  readonly now?: () => number;
  /** No call is repeated later than so long after its beginning. Default: repeats have the time of their call. */
  readonly repeatForMs?: number;
}

export interface CallOptions {
  /** Time for the call with all its repeats, in milliseconds. Default 30 s. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** A stream that could not be held: what was wrong, and when the next attempt starts. */
export interface Interruption {
  readonly refusal: Refusal;
  /** Failures in a row, from 1. */
  readonly attempt: number;
  readonly retryInMs: number;
}

export interface FollowOptions {
  /** Ends the following, without an error. */
  readonly signal: AbortSignal;
  readonly onInterruption?: (interruption: Interruption) => void;
}

/** The parts of a generated method definition that a client uses. */
export interface Method<Request, Reply> {
  readonly path: string;
  readonly requestSerialize: (request: Request) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Reply;
}

export class Connection {
  readonly endpoint: string;
  readonly #options: ConnectionOptions;
  readonly #now: () => number;
  readonly #renewals = new Set<() => void>();
  #client: Client;
  #certificate: ClientCertificate | undefined;

  constructor(options: ConnectionOptions) {
    this.endpoint = options.endpoint;
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#certificate = options.certificate;
    this.#client = dial(options, options.certificate);
  }

  get hasCertificate(): boolean {
    return this.#certificate !== undefined;
  }

  /** Goes on with a new certificate: calls under way end on the old connection, streams that follow move over. */
  useCertificate(certificate: ClientCertificate): void {
    const old = this.#client;
    this.#certificate = certificate;
    this.#client = dial(this.#options, certificate);
    for (const moveOver of [...this.#renewals]) moveOver();
    old.close();
  }

  /**
   * One request, one reply. Repeats within the timeout what may be repeated (`retry.ts`); refuses what the coordinator
   * refuses, or `unavailable`, `deadline`, `coordinator_untrusted`.
   */
  async unary<Request, Reply>(
    method: Method<Request, Reply>,
    request: Request,
    { timeoutMs = DEFAULT_CALL_MS, signal }: CallOptions = {},
  ): Promise<Reply> {
    const startMs = performance.now();
    const endMs = startMs + timeoutMs;
    const repeatUntilMs = startMs + Math.min(timeoutMs, this.#options.repeatForMs ?? timeoutMs);
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#unaryOnce(method, request, endMs - performance.now(), signal);
      } catch (error) {
        const waitMs = waitBeforeRetryMs(attempt, Math.random());
        const tryAgain = error instanceof Refusal && isRetryable(error) && mayRepeat(method.path);
        if (!tryAgain || performance.now() + waitMs >= repeatUntilMs) throw error;
        await pause(waitMs, signal);
      }
    }
  }

  /** One request, a stream of replies. Refuses like `unary`, and never repeats. */
  async *serverStream<Request, Reply>(
    method: Method<Request, Reply>,
    request: Request,
    { timeoutMs = MAX_TRANSFER_CALL_MS, signal }: CallOptions = {},
  ): AsyncGenerator<Reply, void> {
    signal?.throwIfAborted();
    const { path, requestSerialize, responseDeserialize } = method;
    const call = this.#client.makeServerStreamRequest<Request, Reply>(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      this.#headers(path),
      { deadline: Date.now() + timeoutMs },
    );
    // After the consumer has left nobody iterates any more, and the end of the call would be an uncaught error.
    call.on('error', () => {});
    const cancel = (): void => call.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      await answered(call);
      yield* call;
    } catch (error) {
      signal?.throwIfAborted();
      throw this.#refusal(error);
    } finally {
      signal?.removeEventListener('abort', cancel);
      call.cancel();
    }
  }

  /** A stream of requests, one reply. Holds two messages at most, whatever is written. */
  clientStream<Request, Reply>(
    method: Method<Request, Reply>,
    { timeoutMs = MAX_TRANSFER_CALL_MS, signal }: CallOptions = {},
  ): OutgoingStream<Request, Reply> {
    signal?.throwIfAborted();
    const { path, requestSerialize, responseDeserialize } = method;
    let call: ClientWritableStream<Request> | undefined;
    const reply = new Promise<Reply>((resolve, reject) => {
      call = this.#client.makeClientStreamRequest<Request, Reply>(
        path,
        requestSerialize,
        responseDeserialize,
        this.#headers(path),
        { deadline: Date.now() + timeoutMs },
        (error, value) => {
          signal?.removeEventListener('abort', cancel);
          if (value !== undefined) resolve(value);
          else reject(signal?.aborted ? signal.reason : this.#refusal(error));
        },
      );
    });
    const cancel = (): void => call?.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    if (!call) throw new Error('the call did not start');
    return new PacedStream(call, reply);
  }

  /**
   * A stream that is taken up again for ever, with backoff, until the signal ends it. Throws the refusals that waiting
   * does not mend: identity, standing, trust.
   *
   * @param request asked anew at each attempt, so that it can say how far one has come
   */
  async *follow<Request, Reply>(
    method: Method<Request, Reply>,
    request: () => Request,
    { signal, onInterruption }: FollowOptions,
  ): AsyncGenerator<Reply, void> {
    let attempt = 0;
    while (!signal.aborted) {
      const stream = new AbortController();
      const stop = (): void => stream.abort();
      signal.addEventListener('abort', stop, { once: true });
      this.#renewals.add(stop);
      let refusal = new Refusal('unavailable', `${this.endpoint} ended the stream`);
      try {
        const options = { signal: stream.signal, timeoutMs: MAX_FOLLOW_CALL_MS };
        for await (const reply of this.serverStream(method, request(), options)) {
          attempt = 0;
          yield reply;
        }
      } catch (error) {
        if (signal.aborted) return;
        if (stream.signal.aborted) continue;
        if (!(error instanceof Refusal) || !isRetryable(error)) throw error;
        refusal = error;
      } finally {
        signal.removeEventListener('abort', stop);
        this.#renewals.delete(stop);
      }
      const retryInMs = waitBeforeRetryMs(attempt, Math.random());
      attempt += 1;
      onInterruption?.({ refusal, attempt, retryInMs });
      await pause(retryInMs, signal).catch(() => {});
    }
  }

  close(): void {
    this.#client.close();
  }

  #unaryOnce<Request, Reply>(
    { path, requestSerialize, responseDeserialize }: Method<Request, Reply>,
    request: Request,
    leftMs: number,
    signal: AbortSignal | undefined,
  ): Promise<Reply> {
    return new Promise<Reply>((resolve, reject) => {
      signal?.throwIfAborted();
      const cancel = (): void => call.cancel();
      signal?.addEventListener('abort', cancel, { once: true });
      const call = this.#client.makeUnaryRequest<Request, Reply>(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        this.#headers(path),
        { deadline: Date.now() + leftMs },
        (error, reply) => {
          signal?.removeEventListener('abort', cancel);
          if (reply !== undefined) resolve(reply);
          else reject(signal?.aborted ? signal.reason : this.#refusal(error));
        },
      );
    });
  }

  #headers(method: string): Metadata {
    const metadata = new Metadata();
    const { key, federation } = this.#options;
    metadata.set(
      'authorization',
      `Bearer ${makeRequestToken(key, { audience: federation, method, now: this.#now() })}`,
    );
    return metadata;
  }

  #refusal(error: unknown): unknown {
    const refusal = isServiceError(error) ? refusalOf(error, this.endpoint) : error;
    if (refusal instanceof Refusal && refusal.code === 'deadline') this.#leaveDeadHandshake();
    return refusal;
  }

  /** grpc-js waits for ever on a peer that accepts the connection and then says nothing: begin anew. */
  #leaveDeadHandshake(): void {
    if (this.#client.getChannel().getConnectivityState(false) !== connectivityState.CONNECTING) return;
    this.#client.close();
    this.#client = dial(this.#options, this.#certificate);
  }
}

/** Resolves when the coordinator has taken the call, which it says at once. Refuses `deadline` after a while. */
async function answered(call: ClientReadableStream<unknown>): Promise<void> {
  await withinTime(
    new Promise<void>((resolve, reject) => {
      call.once('metadata', () => resolve());
      call.once('error', reject);
      call.once('end', resolve);
    }),
    DEFAULT_CALL_MS,
  );
}

function dial({ endpoint, caPem }: ConnectionOptions, certificate: ClientCertificate | undefined): Client {
  const host = endpoint.slice(0, endpoint.lastIndexOf(':')).replace(/^\[|\]$/g, '');
  const tls = credentials.createSsl(
    Buffer.from(caPem),
    certificate ? Buffer.from(certificate.keyPem) : null,
    certificate ? Buffer.from(certificate.certificatePem) : null,
    { checkServerIdentity: (_, shown) => checkServerIdentity(host, shown) },
  );
  return new Client(endpoint, tls, {
    'grpc.max_receive_message_length': MAX_REPLY_BYTES,
    'grpc.max_send_message_length': MAX_REQUEST_BYTES,
    'grpc.keepalive_time_ms': KEEPALIVE_INTERVAL_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
    'grpc-node.flow_control_window': FLOW_WINDOW_BYTES,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 5_000,
    // Repeats are decided here, where it is known what may be repeated; grpc-js would also keep copies for them.
    'grpc.enable_retries': 0,
    'grpc.enable_channelz': 0,
    // A connection belongs to one identity: nothing may share it by address.
    'grpc.use_local_subchannel_pool': 1,
    // RFC 6066 section 3: the server name of the handshake is no IP address. The certificate is checked for `host`.
    ...(isIP(host) ? { 'grpc.ssl_target_name_override': 'coordinator.invalid' } : {}),
  });
}
