/**
 * The TLS socket in front of gRPC. Client certificates are asked for but not demanded in the handshake: joining and
 * renewing work without one on the same port. grpc-js can only demand them, and hides those that it would refuse;
 * so the listener is ours and hands each connection on.
 */
import { createServer, type TLSSocket, type Server as TlsServer } from 'node:tls';
import { verifyLeaf } from '../../../shared/identity/client-certificate.ts';
import { Refusal } from '../../../shared/refusal.ts';
import { HANDSHAKE_TIMEOUT_MS, MAX_CONNECTIONS } from '../../../shared/wire/limits.ts';
import type { PeerCertificate } from './authenticate.ts';

export interface ServerTls {
  /** The coordinator's own certificate and its key, PEM. */
  readonly certificatePem: string;
  readonly keyPem: string;
  /** The CA of the federation, PEM: the one client certificates must come from. */
  readonly caPem: string;
}

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

const ADDRESS = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]*)):([0-9]{1,5})$/;

/** Reads `host:port` (IPv6 in brackets, an empty host for all interfaces). Refuses `config_invalid`. */
export function parseListenAddress(text: string): ListenAddress {
  const [, v6, name, digits] = ADDRESS.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > 65_535) {
    throw new Refusal(
      'config_invalid',
      `listen address ${JSON.stringify(text)} is not of the form host:port`,
    );
  }
  return { host: v6 ?? (name || '::'), port };
}

export class TlsListener {
  readonly #server: TlsServer;
  readonly #caPem: string;
  readonly #sockets = new Map<string, { socket: TLSSocket; certificate: PeerCertificate }>();

  constructor(tls: ServerTls, now: () => number, accept: (socket: TLSSocket) => void) {
    this.#caPem = tls.caPem;
    this.#server = createServer({
      ...contextOf(tls),
      requestCert: true,
      // Judged in `verifyLeaf`, where a refusal can say what was wrong.
      rejectUnauthorized: false,
      ALPNProtocols: ['h2'],
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      noDelay: true,
    });
    this.#server.maxConnections = MAX_CONNECTIONS;
    this.#server.on('secureConnection', (socket) => this.#accept(socket, now(), accept));
  }

  get connections(): number {
    return this.#sockets.size;
  }

  /** Resolves with the port. Refuses `port_taken`, or `config_invalid` for an address this host does not have. */
  async listen({ host, port }: ListenAddress): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error) => reject(listenRefusal(error, host, port)));
      this.#server.listen({ host, port, backlog: 1024 }, resolve);
    });
    const bound = this.#server.address();
    return bound !== null && typeof bound === 'object' ? bound.port : port;
  }

  certificateOf(remoteAddress: string | undefined, remotePort: number | undefined): PeerCertificate {
    return this.#sockets.get(`${remoteAddress} ${remotePort}`)?.certificate;
  }

  /** For connections from now on. */
  replaceCertificate(tls: ServerTls): void {
    this.#server.setSecureContext(contextOf(tls));
  }

  stopAccepting(): void {
    this.#server.close();
  }

  /** Resolves when no connection is left, or after `graceMs`. */
  async drained(graceMs: number): Promise<void> {
    const deadlineMs = performance.now() + graceMs;
    while (this.#sockets.size > 0 && performance.now() < deadlineMs) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  destroyAll(): void {
    for (const { socket } of this.#sockets.values()) socket.destroy();
  }

  #accept(socket: TLSSocket, nowMs: number, accept: (socket: TLSSocket) => void): void {
    const key = `${socket.remoteAddress} ${socket.remotePort}`;
    // A connection that was reset before this ran has no address any more.
    if (socket.remoteAddress === undefined || socket.alpnProtocol !== 'h2') {
      socket.destroy();
      return;
    }
    this.#sockets.set(key, { socket, certificate: judge(socket, this.#caPem, nowMs) });
    socket.once('close', () => {
      if (this.#sockets.get(key)?.socket === socket) this.#sockets.delete(key);
    });
    // A reset connection says so on its socket too; whoever holds a call on it learns it from the call.
    socket.on('error', () => {});
    accept(socket);
  }
}

function judge(socket: TLSSocket, caPem: string, nowMs: number): PeerCertificate {
  const { raw } = socket.getPeerCertificate();
  if (raw === undefined) return undefined;
  try {
    return verifyLeaf(raw, caPem, nowMs);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

function contextOf({ certificatePem, keyPem, caPem }: ServerTls) {
  return {
    cert: certificatePem,
    key: keyPem,
    ca: caPem,
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
  } as const;
}

function listenRefusal(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  if (error.code === 'EADDRINUSE') {
    return new Refusal('port_taken', `another process listens on ${address}`, { address });
  }
  if (error.code === 'EACCES' || error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    return new Refusal('config_invalid', `cannot listen on ${address}: ${error.code}`, { address });
  }
  return error;
}
