import type { EventEmitter } from 'node:events';
import type { ServerHttp2Session } from 'node:http2';
import type { ConnectionInjector, Server } from '@grpc/grpc-js';

/**
 * Widens the flow-control windows of what a grpc-js server receives, for connections of the injector made here.
 * grpc-js 1.14 has an option for it on the client (`grpc-node.flow_control_window`) and none on the server, so this
 * reaches for two of its private fields. Should they go, uploads work as before, at 64 KiB for each round trip.
 */
export function widenWindows(
  server: Server,
  bytes: number,
  create: () => ConnectionInjector,
): ConnectionInjector {
  const options: unknown = Reflect.get(server, 'commonServerOptions');
  if (isRecord(options)) options.settings = { ...(options.settings ?? {}), initialWindowSize: bytes };
  const injector = create();
  const http2Servers: unknown = Reflect.get(server, 'http2Servers');
  if (http2Servers instanceof Map) {
    for (const http2Server of http2Servers.keys() as IterableIterator<EventEmitter>) {
      http2Server.on('session', (session: ServerHttp2Session) => session.setLocalWindowSize(bytes));
    }
  }
  return injector;
}

function isRecord(value: unknown): value is { settings?: object } {
  return typeof value === 'object' && value !== null;
}
