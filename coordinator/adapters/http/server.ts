import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Refusal } from '../../../shared/refusal.ts';

export interface HttpServer {
  readonly port: number;
  close(): Promise<void>;
}

/** What `/metrics` answers. */
export interface Exposition {
  readonly contentType: string;
  text(): Promise<string>;
}

/** Plain HTTP for machines that watch: /metrics (Prometheus) and /healthz. Reads nothing, changes nothing. */
export async function startHttp(host: string, port: number, metrics: Exposition): Promise<HttpServer> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET') return void response.writeHead(405).end();
    if (request.url === '/healthz')
      return void response.writeHead(200, { 'content-type': 'text/plain' }).end('ok\n');
    if (request.url !== '/metrics') return void response.writeHead(404).end();
    metrics.text().then(
      (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  await listen(server, host, port);
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      reject(taken ? new Refusal('port_taken', `http ${host}:${port} is in use`, { port }) : error);
    });
    server.listen(port, host, resolve);
  });
}
