/** The coordinator's one port: gRPC over TLS, every call admitted before it is read, drained when it stops. */
import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { Refusal } from '../../../shared/refusal.ts';
import {
  FLOW_WINDOW_BYTES,
  KEEPALIVE_INTERVAL_MS,
  KEEPALIVE_TIMEOUT_MS,
  MAX_REPLY_BYTES,
  MAX_REQUEST_BYTES,
  MAX_STREAMS_PER_CONNECTION,
} from '../../../shared/wire/limits.ts';
import type { Clock } from '../../ports/clock.ts';
import { Admissions } from './admission.ts';
import { Authenticator } from './authenticate.ts';
import type { Directory } from './caller.ts';
import { widenWindows } from './flow-window.ts';
import { addHealthAndReflection } from './health-and-reflection.ts';
import { LiveCalls } from './live-calls.ts';
import type { CallObserver } from './refusals.ts';
import { adapt, type Implementation } from './serve.ts';
import { parseListenAddress, type ServerTls, TlsListener } from './tls-listener.ts';

/** How long calls under way may go on when the server stops. */
const DRAIN_MS = 5_000;

export interface GrpcServerOptions {
  /** `host:port`; IPv6 in brackets, an empty host for all interfaces, port 0 for any free one. */
  readonly listen: string;
  readonly tls: ServerTls;
  /** Federation id: the audience of request tokens and the trust domain of certificates. */
  readonly federation: string;
  readonly directory: Directory;
  readonly services: readonly Implementation[];
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Logger;
  /** Told of each call of these services that ends. Default: nobody. */
  readonly observe?: CallObserver;
}

export interface GrpcServer {
  readonly port: number;
  connections(): number;
  /** Calls under way, streams included. */
  calls(): number;
  /** Ends every call of a key at once, streams included, with `member_not_active`. */
  disconnect(did: string): void;
  /** The certificate for connections from now on. */
  replaceCertificate(tls: ServerTls): void;
  /** Stops accepting, ends streams that follow, lets other calls finish within the grace, then cuts. */
  close(graceMs?: number): Promise<void>;
}

/** Resolves when it listens. Refuses `port_taken` and `config_invalid`. */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const { clock, log, observe = () => {} } = options;
  const address = parseListenAddress(options.listen);
  const liveCalls = new LiveCalls();
  const now = () => clock.now();
  const listener = new TlsListener(options.tls, now, (socket) => injector.injectConnection(socket));
  const admissions = new Admissions({
    authenticator: new Authenticator(options.federation, options.directory),
    liveCalls,
    certificateOf: (call) => {
      const { remoteAddress, remotePort } = call.getConnectionInfo();
      return listener.certificateOf(remoteAddress, remotePort);
    },
    now,
    log,
    observe,
  });
  const server = new Server({
    interceptors: [admissions.interceptor],
    'grpc.max_receive_message_length': MAX_REQUEST_BYTES,
    'grpc.max_send_message_length': MAX_REPLY_BYTES,
    'grpc.max_concurrent_streams': MAX_STREAMS_PER_CONNECTION,
    'grpc.keepalive_time_ms': KEEPALIVE_INTERVAL_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
    // Channelz keeps a record of each connection and call; with a thousand followers that is memory for nobody.
    'grpc.enable_channelz': 0,
  });
  for (const service of options.services) {
    server.addService(service.definition, adapt(service, { admissions, log, observe }));
  }
  const health = addHealthAndReflection(server);
  // TLS has ended in the listener: from here on the connection is plain HTTP/2.
  const injector = widenWindows(server, FLOW_WINDOW_BYTES, () =>
    server.createConnectionInjector(ServerCredentials.createInsecure()),
  );
  const port = await listener.listen(address);

  return {
    port,
    connections: () => listener.connections,
    calls: () => liveCalls.size,
    disconnect: (did) => liveCalls.endOf(did, new Refusal('member_not_active', 'the standing has changed')),
    replaceCertificate: (tls) => listener.replaceCertificate(tls),
    close: async (graceMs = DRAIN_MS) => {
      const stopping = new Refusal('unavailable', 'the coordinator is stopping');
      health.setServing(false);
      listener.stopAccepting();
      liveCalls.endFollowers(stopping);
      injector.drain(graceMs);
      await listener.drained(graceMs);
      liveCalls.endAll(stopping);
      listener.destroyAll();
      injector.destroy();
      server.forceShutdown();
    },
  };
}
