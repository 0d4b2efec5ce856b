/** A real nats-server for tests, from the PATH (Debian keeps it in /usr/sbin). */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';

export interface NatsServer {
  readonly port: number;
  readonly url: string;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
}

const binary = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin']
  .map((folder) => join(folder, 'nats-server'))
  .find((path) => existsSync(path));

/** Why tests against a real server cannot run; undefined when they can. An error where nothing may be skipped. */
export function natsMissing(): string | undefined {
  if (binary !== undefined) return undefined;
  const reason = 'there is no nats-server on the PATH';
  if (process.env.VEDETTE_REQUIRE_ALL === '1') throw new Error(reason);
  console.warn(`skipped: ${reason}`);
  return reason;
}

/** Starts a server on `port`, by default any free one, and waits until it takes connections. */
export async function startNats(port = -1, flags: readonly string[] = []): Promise<NatsServer> {
  if (binary === undefined) throw new Error('there is no nats-server on the PATH');
  const server = spawn(binary, ['-a', '127.0.0.1', '-p', String(port), ...flags], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const gone = once(server, 'exit');
  const listening = await listeningPort(server);
  return {
    port: listening,
    url: `nats://127.0.0.1:${listening}`,
    kill: async () => {
      server.kill('SIGKILL');
      await gone;
    },
  };
}

async function listeningPort(server: ChildProcess): Promise<number> {
  const said: string[] = [];
  if (server.stderr === null) throw new Error('nats-server has no stderr');
  for await (const line of createInterface(server.stderr)) {
    said.push(line);
    const port = /Listening for client connections on \S+:(\d+)/.exec(line)?.[1];
    if (port !== undefined) {
      server.stderr.resume();
      return Number(port);
    }
  }
  throw new Error(`nats-server did not start:\n${said.join('\n')}`);
}
