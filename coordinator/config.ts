/** The coordinator's configuration: read in one place, every option with meaning, constraint and default. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { Refusal } from '../shared/refusal.ts';

export const ConfigSchema = z.strictObject({
  /** host:port of the gRPC service. Port 0 takes any free one. */
  listen: z.string().default('0.0.0.0:7443'),
  /** host:port under which clients dial; written into invites. Default: localhost and the port of `listen`. */
  endpoint: z.string().optional(),
  /** Further host names and addresses for the server certificate. */
  hosts: z.array(z.string()).default([]),
  /** host:port of plain HTTP for /metrics and /healthz; keep it on loopback or behind the scraper's network. */
  http: z.string().default('127.0.0.1:7480'),
  nats: z
    .strictObject({
      /** e.g. nats://localhost:4222 */
      url: z.string(),
      /** NATS credentials file. */
      credentials: z.string().optional(),
    })
    .optional(),
  log: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

export type Config = z.output<typeof ConfigSchema>;

/** Files of a coordinator's home. */
export function homeOf(home: string) {
  return {
    home,
    config: join(home, 'config.yaml'),
    federation: join(home, 'federation.yaml'),
    journal: join(home, 'journal.sqlite'),
    lock: join(home, 'serve.lock'),
    heads: join(home, 'heads.log'),
    busPosition: join(home, 'bus-position.json'),
    blobs: join(home, 'blobs'),
    keys: {
      coordinator: join(home, 'keys', 'coordinator.pem'),
      log: join(home, 'keys', 'log.pem'),
      publisher: join(home, 'keys', 'publisher.pem'),
      ca: join(home, 'keys', 'ca.pem'),
      transport: join(home, 'keys', 'transport.pem'),
    },
    caCertificate: join(home, 'ca.crt'),
    operator: join(home, 'operator'),
    /** Where `serve` says what it listens on, for commands on the same host. */
    address: join(home, 'address.json'),
  } as const;
}

export type Home = ReturnType<typeof homeOf>;

export function readConfig(path: string): Config {
  let raw: unknown;
  try {
    raw = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new Refusal('home_missing', `there is no ${path}`, { path });
    throw new Refusal('config_invalid', `${path}: ${(error as Error).message}`, { path });
  }
  const parsed = ConfigSchema.safeParse(raw ?? {});
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `${issue.path.join('.') || '(top)'}: ${issue.message}`);
  throw new Refusal('config_invalid', `${path}: ${lines.join('; ')}`, { path });
}
