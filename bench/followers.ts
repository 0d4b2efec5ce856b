/**
 * Idle clients that follow one coordinator: what each costs it in memory, and whether all are still there at the end.
 * Clients and coordinator are processes of their own; each client has its own key, certificate and TLS connection.
 *
 *   npx tsx bench/followers.ts [--clients 1000] [--minutes 5] [--json FILE]
 *
 * By default the coordinator is the real gRPC server with a Follow that says one thing and waits. To load a coordinator
 * that runs, give `--endpoint --federation --ca --key --certificate --transport-key` of one member, which then follows
 * `--clients` times, and `--pid` of the coordinator for its memory (Linux).
 */
import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { implement } from '../coordinator/adapters/grpc/serve.ts';
import { keyFromPem, keyToPem } from '../shared/identity/keys.ts';
import { Connection } from '../shared/wire/connection.ts';
import type { ParticipationHandlers } from '../shared/wire/generated/vedette/v1/Participation.ts';
import { PARTICIPATION } from '../shared/wire/protocol.ts';
import { FEDERATION, WireFederation } from '../test/support/wire-server.ts';

const HERE = fileURLToPath(import.meta.url);
const PROCESSES = 4;
const CONNECTING_AT_ONCE = 20;
const SETTLE_MS = 5_000;
const KIB = 1024;

interface Identity {
  readonly identityPem: string;
  readonly certificatePem: string;
  readonly keyPem: string;
}

interface Target {
  readonly endpoint: string;
  readonly federation: string;
  readonly caPem: string;
}

interface Memory {
  readonly rssBytes: number;
  readonly heapBytes: number;
}

/** Counts of one process of clients. */
interface Tally {
  readonly following: number;
  readonly interruptions: number;
  readonly failures: number;
  readonly messages: number;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Sends a question to a child and waits for its answer; one at a time. */
async function ask<Answer>(child: ChildProcess, question: unknown): Promise<Answer> {
  const answer = new Promise<Answer>((resolve) =>
    child.once('message', (message) => resolve(message as Answer)),
  );
  child.send(question as object);
  return await answer;
}

function spawn(role: string): ChildProcess {
  return fork(HERE, [role], { execArgv: [...process.execArgv, '--expose-gc'] });
}

/** The coordinator: answers {enrol}, 'memory', 'bump'. */
async function beCoordinator(): Promise<void> {
  const federation = await WireFederation.create();
  let bump = (): void => {};
  let bumped = new Promise<void>((resolve) => {
    bump = resolve;
  });
  const participation = implement<ParticipationHandlers>(PARTICIPATION, {
    Follow: async (_, { caller, signal }, emit) => {
      const gone = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      while (!signal.aborted) {
        await emit({ standing: caller.standing });
        await Promise.race([bumped, gone]);
      }
    },
    Progress: async () => ({}),
    Submit: async () => ({}),
    Vote: async () => ({}),
    Verdicts: async () => ({}),
    OwnEvidence: async () => ({}),
    Standing: async () => ({}),
    Appeal: async () => ({}),
    Report: async () => ({}),
  });
  const server = await federation.serve({ services: [participation] });
  const answers: Record<string, (count: number) => unknown> = {
    enrol: async (count) => await enrolMany(federation, count, server.port),
    memory: () => memoryNow(),
    bump: () => {
      const wake = bump;
      bumped = new Promise((resolve) => {
        bump = resolve;
      });
      wake();
      return server.calls();
    },
  };
  process.on('message', async ({ question, count }: { question: string; count: number }) => {
    process.send?.((await answers[question]?.(count)) ?? null);
  });
  process.once('disconnect', () => process.exit());
}

async function enrolMany(
  federation: WireFederation,
  count: number,
  port: number,
): Promise<{ target: Target; identities: Identity[] }> {
  const identities: Identity[] = [];
  for (let at = 0; at < count; at += 1) {
    const { key, certificatePem, keyPem } = await federation.enrol(`client-${at}`);
    identities.push({ identityPem: keyToPem(key), certificatePem, keyPem });
  }
  const target = { endpoint: `127.0.0.1:${port}`, federation: FEDERATION, caPem: federation.tls.caPem };
  return { target, identities };
}

function memoryNow(): Memory {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  return { rssBytes: rss, heapBytes: heapUsed };
}

/** A process of clients: answers {connect} when all follow, then 'tally'. */
async function beClients(): Promise<void> {
  const tally = { following: 0, interruptions: 0, failures: 0, messages: 0 };
  process.on('message', async (message: { target: Target; identities: Identity[] } | 'tally') => {
    if (message !== 'tally') await connectAll(message.target, message.identities, tally);
    process.send?.(tally);
  });
  process.once('disconnect', () => process.exit());
}

type MutableTally = { -readonly [Field in keyof Tally]: Tally[Field] };

async function connectAll(
  target: Target,
  identities: readonly Identity[],
  tally: MutableTally,
): Promise<void> {
  const waiting = [...identities];
  const lanes = Array.from({ length: CONNECTING_AT_ONCE }, async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop())
      await followAs(target, next, tally);
  });
  await Promise.all(lanes);
}

/** Resolves at the first message; goes on following after that. */
async function followAs(target: Target, identity: Identity, tally: MutableTally): Promise<void> {
  const connection = new Connection({
    ...target,
    key: keyFromPem('identity', identity.identityPem),
    certificate: identity,
  });
  const { signal } = new AbortController();
  const onInterruption = (): void => {
    tally.interruptions += 1;
  };
  await new Promise<void>((resolve) => {
    const run = async (): Promise<void> => {
      for await (const _ of connection.follow(PARTICIPATION.Follow, () => ({}), { signal, onInterruption })) {
        tally.messages += 1;
        resolve();
      }
    };
    run().catch((error: unknown) => {
      console.error(error);
      tally.failures += 1;
      resolve();
    });
  });
  tally.following += 1;
}

interface Options {
  clients: string;
  minutes: string;
  json?: string;
  endpoint?: string;
  federation?: string;
  ca?: string;
  key?: string;
  certificate?: string;
  transportKey?: string;
  pid?: string;
}

async function measure(options: Options): Promise<void> {
  const clients = Number(options.clients);
  const coordinator = options.endpoint === undefined ? spawn('coordinator') : undefined;
  const workers = Array.from({ length: PROCESSES }, () => spawn('clients'));
  const memory = async (): Promise<Memory> =>
    coordinator ? await ask<Memory>(coordinator, { question: 'memory' }) : memoryOf(options.pid);
  try {
    const { target, identities } = coordinator
      ? await ask<{ target: Target; identities: Identity[] }>(coordinator, {
          question: 'enrol',
          count: clients,
        })
      : oneMember(options, clients);
    const before = await memory();
    const startMs = performance.now();
    await Promise.all(
      workers.map((worker, at) =>
        ask<Tally>(worker, { target, identities: identities.filter((_, index) => index % PROCESSES === at) }),
      ),
    );
    const connectSeconds = (performance.now() - startMs) / 1000;
    console.log(`${clients} clients follow after ${connectSeconds.toFixed(1)} s`);
    await pause(SETTLE_MS);
    const following = await memory();
    await pause(Number(options.minutes) * 60_000);
    const stillThere = coordinator ? await ask<number>(coordinator, { question: 'bump' }) : undefined;
    await pause(SETTLE_MS);
    const tallies = await Promise.all(workers.map((worker) => ask<Tally>(worker, 'tally')));
    const sum = (of: (tally: Tally) => number) => tallies.reduce((total, tally) => total + of(tally), 0);
    const result = {
      clients,
      minutes: Number(options.minutes),
      connectSeconds,
      rssPerClientBytes: Math.round((following.rssBytes - before.rssBytes) / clients),
      heapPerClientBytes: Math.round((following.heapBytes - before.heapBytes) / clients),
      rssBytes: (await memory()).rssBytes,
      interruptions: sum((tally) => tally.interruptions),
      failures: sum((tally) => tally.failures),
      messages: sum((tally) => tally.messages),
      stillFollowing: stillThere ?? clients - sum((tally) => tally.failures),
    };
    tell(result, coordinator !== undefined, options.json);
  } finally {
    for (const child of [...workers, coordinator]) child?.kill();
  }
}

function tell(
  result: Record<string, number> & { clients: number },
  bumped: boolean,
  json: string | undefined,
): void {
  const {
    clients,
    minutes,
    rssPerClientBytes = 0,
    heapPerClientBytes = 0,
    rssBytes = 0,
    interruptions,
  } = result;
  console.log(
    `coordinator: ${(rssPerClientBytes / KIB).toFixed(0)} KiB of RSS for each client, of it ${(heapPerClientBytes / KIB).toFixed(0)} KiB JS heap; ${(rssBytes / KIB / KIB).toFixed(0)} MiB in all`,
  );
  console.log(
    `after ${minutes} minutes: ${result.stillFollowing} of ${clients} follow, ${interruptions} interruptions, ${result.failures} failures`,
  );
  if (bumped) console.log(`${result.messages} messages received of ${2 * clients} sent`);
  if (json) writeFileSync(json, `${JSON.stringify(result, null, 2)}\n`);
  const whole =
    result.stillFollowing === clients && interruptions === 0 && (!bumped || result.messages === 2 * clients);
  if (!whole) process.exitCode = 1;
}

function oneMember(options: Options, clients: number): { target: Target; identities: Identity[] } {
  const { endpoint, federation, ca, key, certificate, transportKey } = options;
  if (!endpoint || !federation || !ca || !key || !certificate || !transportKey) {
    throw new Error('--endpoint needs --federation, --ca, --key, --certificate and --transport-key');
  }
  const identity = {
    identityPem: readFileSync(key, 'utf8'),
    certificatePem: readFileSync(certificate, 'utf8'),
    keyPem: readFileSync(transportKey, 'utf8'),
  };
  const target = { endpoint, federation, caPem: readFileSync(ca, 'utf8') };
  return { target, identities: Array<Identity>(clients).fill(identity) };
}

/** Of another process, as Linux tells it. */
function memoryOf(pid: string | undefined): Memory {
  if (pid === undefined) return { rssBytes: 0, heapBytes: 0 };
  const rssKib = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  return { rssBytes: rssKib * KIB, heapBytes: 0 };
}

if (process.argv[2] === 'coordinator') await beCoordinator();
else if (process.argv[2] === 'clients') await beClients();
else {
  await new Command('followers')
    .description('Idle clients that follow one coordinator: memory for each, and whether any is dropped')
    .option('--clients <n>', 'how many follow', '1000')
    .option('--minutes <n>', 'how long they must stay', '5')
    .option('--json <file>', 'write the result there too')
    .option('--endpoint <host:port>', 'a coordinator that runs; needs the five below')
    .option('--federation <id>', 'its federation')
    .option('--ca <file>', 'its CA certificate, PEM')
    .option('--key <file>', 'identity key of a member, PEM')
    .option('--certificate <file>', 'client certificate of that member, PEM')
    .option('--transport-key <file>', 'key of that certificate, PEM')
    .option('--pid <n>', 'process of the coordinator, to read its memory')
    .action(measure)
    .parseAsync();
}
