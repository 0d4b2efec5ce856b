/** The composition root: every port gets its adapter here, and nowhere else. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type Logger, pino } from 'pino';
import { keyToPem, loadKey } from '../shared/identity/keys.ts';
import { Refusal } from '../shared/refusal.ts';
import { SOFTWARE } from '../shared/software.ts';
import { DiskBlobs } from './adapters/blobs/disk.ts';
import { InProcessBus } from './adapters/bus/in-process.ts';
import { NatsBus } from './adapters/bus/nats.ts';
import { CertificateAuthority } from './adapters/ca/certificate-authority.ts';
import { SystemClock } from './adapters/clock/system.ts';
import { WorkerCompute } from './adapters/compute/worker-compute.ts';
import { controlService } from './adapters/grpc/control-service.ts';
import { enrolmentService } from './adapters/grpc/enrolment-service.ts';
import { modelsService } from './adapters/grpc/models-service.ts';
import { participationService } from './adapters/grpc/participation-service.ts';
import { type GrpcServer, startGrpcServer } from './adapters/grpc/server.ts';
import { parseListenAddress } from './adapters/grpc/tls-listener.ts';
import { transferService } from './adapters/grpc/transfer.ts';
import { FileHeads } from './adapters/heads/file.ts';
import { startHttp } from './adapters/http/server.ts';
import { SqliteJournal } from './adapters/journal/sqlite.ts';
import { createLog } from './adapters/log.ts';
import { createMetrics, type Metrics } from './adapters/metrics.ts';
import { watchMetrics } from './adapters/watch-metrics.ts';
import { checkHome } from './check-home.ts';
import { type Config, type Home, homeOf, readConfig } from './config.ts';
import { foundedFederation } from './core/run/decide-run.ts';
import { Conductor } from './flow/conduct.ts';
import type { Context } from './flow/context.ts';
import { Desk } from './flow/desk.ts';
import { Followers } from './flow/followers.ts';
import { ProgressBook } from './flow/progress.ts';
import { Prover } from './flow/prove.ts';
import { UploadSeats } from './flow/transfer-rules.ts';
import { canaryPath, dialable, logOrigin } from './init.ts';
import type { Bus } from './ports/bus.ts';
import type { Journal } from './ports/journal.ts';

/** Uploads nobody came back to. */
const STALE_UPLOAD_MS = 24 * 3_600_000;

export interface Running {
  readonly endpoint: string;
  readonly httpPort: number;
  readonly federation: string;
  readonly backend: string;
  stop(): Promise<void>;
}

/** Starts a coordinator on its home, resuming whatever was under way. Refuses to start on a journal that does not verify. */
export async function serve(homeFolder: string, overrides: Partial<Config> = {}): Promise<Running> {
  const opened = new Opened();
  try {
    return await start(homeOf(homeFolder), overrides, opened);
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** What was opened, closed in the opposite order: by `stop`, or by a start that failed half-way. */
class Opened {
  readonly #closers: (() => unknown)[] = [];

  add<T>(resource: T, close: (resource: T) => unknown): T {
    this.#closers.push(() => close(resource));
    return resource;
  }

  async close(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) await close();
  }
}

async function start(home: Home, overrides: Partial<Config>, opened: Opened): Promise<Running> {
  const config: Config = { ...readConfig(home.config), ...overrides };
  // Results go to stdout, what happens meanwhile to stderr.
  const log = createLog({ level: config.log, destination: pino.destination({ dest: 2, sync: true }) });
  const metrics = createMetrics();
  const context = await openContext(home, config, { log, metrics }, opened);
  const { desk, journal, compute } = context;
  const backend = await compute.backend();
  const followers = new Followers(context);
  watchMetrics(context, metrics, followers);
  const conductor = opened.add(new Conductor(context), (running) => running.stop());
  const { host, port } = parseListenAddress(config.http);
  const http = opened.add(await startHttp(host, port, metrics.exposition), (server) => server.close());
  const server = opened.add(
    await startServices({ context, config, home, followers, metrics, log }),
    (services) => services.close(),
  );
  const endpoint = config.endpoint ?? dialable(`:${server.port}`);
  writeFileSync(home.address, JSON.stringify({ endpoint: dialable(`:${server.port}`), http: http.port }));
  opened.add(home.address, (path) => rmSync(path, { force: true }));
  conductor.start();
  const { federation } = foundedFederation(desk.state);
  log.info({ federation, endpoint, http: http.port, backend, entries: journal.size() }, 'coordinator serves');
  return { endpoint, httpPort: http.port, federation, backend, stop: () => opened.close() };
}

interface Observers {
  readonly log: Logger;
  readonly metrics: Metrics;
}

async function openContext(
  home: Home,
  config: Config,
  { log, metrics }: Observers,
  opened: Opened,
): Promise<Context> {
  const clock = new SystemClock();
  const journal = opened.add(SqliteJournal.open(home.journal, { mustExist: true }), (open) => open.close());
  journal.verify();
  const bus = opened.add(openBus(config, home, journal, log), (open) => open.close());
  const desk = new Desk({
    journal,
    bus,
    clock,
    observeAppend: (seconds) => metrics.appendSeconds.observe(seconds),
  });
  const federation = foundedFederation(desk.state);
  const prover = new Prover({
    origin: logOrigin(federation.federation),
    key: await loadKey(home.keys.log, 'log'),
    heads: opened.add(new FileHeads(home.heads), (heads) => heads.close()),
    entries: journal.read(0),
  });
  // After the prover, which says first when the journal itself is not what was signed.
  await checkHome(home, desk.state, log);
  desk.onAppend((entries) => prover.append(entries));
  const blobs = await DiskBlobs.open(home.blobs);
  await blobs.sweepStaging(STALE_UPLOAD_MS);
  return {
    desk,
    journal,
    blobs,
    compute: opened.add(new WorkerCompute({ observe: metrics.jobTook }), (worker) => worker.close()),
    clock,
    progress: new ProgressBook(),
    prover,
    publisher: {
      identity: await loadKey(home.keys.coordinator, 'coordinator'),
      release: await loadKey(home.keys.publisher, 'publisher'),
      software: SOFTWARE,
    },
    servesSinceMs: clock.now(),
    canaryFile: canaryPath(home, federation),
    log,
    timed: metrics.timed,
  };
}

interface ServiceParts {
  readonly context: Context;
  readonly config: Config;
  readonly home: Home;
  readonly followers: Followers;
  readonly metrics: Metrics;
  readonly log: Logger;
}

async function startServices({
  context,
  config,
  home,
  followers,
  metrics,
  log,
}: ServiceParts): Promise<GrpcServer> {
  const { desk, blobs, clock } = context;
  const federation = foundedFederation(desk.state);
  const caPem = readFileSync(home.caCertificate, 'utf8');
  const authority = await CertificateAuthority.open(
    federation.federation,
    await loadKey(home.keys.ca, 'ca'),
    caPem,
  );
  const transport = await loadKey(home.keys.transport, 'transport');
  const own = await authority.issueServerCertificate(transport, serverHosts(config), clock.now());
  const seats = new UploadSeats(context);
  let server: GrpcServer | undefined;
  const control = controlService(context, {
    followers,
    endpoint: () => config.endpoint ?? dialable(`:${server?.port ?? 0}`),
    caPem,
    disconnect: (did) => server?.disconnect(did),
  });
  server = await startGrpcServer({
    listen: config.listen,
    tls: { certificatePem: own.pem, keyPem: keyToPem(transport), caPem },
    federation: federation.federation,
    directory: (did) => desk.state.members.get(desk.state.dids.get(did) ?? ''),
    services: [
      enrolmentService(context, authority, desk.state.keys?.log ?? ''),
      participationService(context, followers),
      modelsService(context),
      transferService(blobs, {
        mayUpload: seats.mayUpload,
        mayRead: seats.mayRead,
        moved: (caller, bytes, direction) => {
          metrics.moved(direction, bytes);
          seats.moved(caller, bytes);
        },
      }),
      control,
    ],
    clock,
    log,
    observe: ({ method, outcome, seconds }) => metrics.callEnded(method, outcome, seconds),
  });
  return server;
}

function serverHosts({ endpoint, hosts }: Config): string[] {
  const named =
    endpoint === undefined ? [] : [endpoint.slice(0, endpoint.lastIndexOf(':')).replace(/^\[|\]$/g, '')];
  return [...new Set(['localhost', '127.0.0.1', '::1', ...named, ...hosts])];
}

function openBus(config: Config, home: Home, journal: Journal, log: Logger): Bus {
  const { federation } = federationName(journal);
  if (!config.nats) return new InProcessBus();
  return NatsBus.open({
    ...natsAddress(config.nats),
    federation,
    journal,
    positionFile: home.busPosition,
    log,
  });
}

function natsAddress({ url, credentials }: NonNullable<Config['nats']>): {
  url: string;
  credentialsFile?: string;
} {
  return { url, ...(credentials ? { credentialsFile: credentials } : {}) };
}

/** The founding entry is the first of every journal. */
function federationName(journal: Journal): { federation: string } {
  const [first] = journal.read(0, 1);
  const founded =
    first?.type === 'federation_founded' ? (first.data as { federation: { federation: string } }) : undefined;
  if (!founded) throw new Refusal('journal_corrupt', 'the first entry does not found a federation');
  return { federation: founded.federation.federation };
}
