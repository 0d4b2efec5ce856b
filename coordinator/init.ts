/** Makes a coordinator's home: keys, CA, journal, configuration, and the first operator. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { federationDigest, parseFederation } from '../shared/federation/load.ts';
import type { Federation } from '../shared/federation/schema.ts';
import { makeCsr } from '../shared/identity/csr.ts';
import { caFingerprint } from '../shared/identity/invite.ts';
import { makeKey, type SigningKey, saveKey } from '../shared/identity/keys.ts';
import { Refusal } from '../shared/refusal.ts';
import { noteVerifierKey } from '../shared/transparency/checkpoint.ts';
import { DiskBlobs } from './adapters/blobs/disk.ts';
import { InProcessBus } from './adapters/bus/in-process.ts';
import { natsOptions } from './adapters/bus/nats-options.ts';
import { CertificateAuthority, createCaCertificate } from './adapters/ca/certificate-authority.ts';
import { SystemClock } from './adapters/clock/system.ts';
import { parseListenAddress } from './adapters/grpc/tls-listener.ts';
import { SqliteJournal } from './adapters/journal/sqlite.ts';
import { saveProfile } from './cli/operator-profile.ts';
import { type Home, homeOf } from './config.ts';
import { requireKnownDetectors } from './core/checks/detectors/registry.ts';
import { requireName } from './core/standing/decide-members.ts';
import { Desk } from './flow/desk.ts';

export interface InitOptions {
  readonly home: string;
  readonly federationFile: string;
  readonly listen: string;
  readonly endpoint: string | undefined;
  readonly http: string;
  readonly operator: string;
  readonly natsUrl: string | undefined;
}

export interface Initialised {
  readonly home: string;
  readonly federation: string;
  readonly coordinator: string;
  readonly caFingerprint: string;
  readonly operator: string;
}

const OWNER_ONLY = 0o700;
/** The origin names the log for ever, so it must not change with the host it runs on. */
export function logOrigin(federation: string): string {
  return `vedette.invalid/${federation}`;
}

/** Refuses `home_exists` rather than touch keys that may be in use. */
export async function initialise(options: InitOptions): Promise<Initialised> {
  const home = homeOf(resolve(options.home));
  requireNoHome(home);
  requireUsable(options);
  const federation = readFederation(options.federationFile);
  mkdirSync(join(home.home, 'keys'), { recursive: true, mode: OWNER_ONLY });
  copyDefinition(options.federationFile, federation, home);
  await DiskBlobs.open(home.blobs);
  const keys = await makeKeys(home);
  const caPem = await createCaCertificate(keys.ca, federation.federation, Date.now());
  writeFileSync(home.caCertificate, caPem);
  const authority = await CertificateAuthority.open(federation.federation, keys.ca, caPem);
  const operatorKey = await enrolOperator(options, home, authority);
  await found(home, federation, keys, caPem, { name: options.operator, did: operatorKey.did });
  writeConfig(options, home);
  return {
    home: home.home,
    federation: federation.federation,
    coordinator: keys.coordinator.did,
    caFingerprint: caFingerprint(caPem),
    operator: options.operator,
  };
}

/** The configuration is written last: without it, what is there was never finished and has served nobody. */
function requireNoHome({ home, config, journal }: Home): void {
  const whole = existsSync(config);
  if (!whole && !existsSync(journal)) return;
  const what = whole ? 'a coordinator already' : 'the remains of an init that was interrupted; remove them';
  throw new Refusal('home_exists', `${home} holds ${what}`, { home });
}

/** What would only come to light at `serve`, or half-way through the making of keys. */
function requireUsable({ operator, listen, endpoint, http, natsUrl }: InitOptions): void {
  requireName(operator);
  for (const address of [listen, http, ...(endpoint === undefined ? [] : [endpoint])]) {
    parseListenAddress(address);
  }
  if (natsUrl !== undefined) natsOptions({ url: natsUrl }, 'init');
}

function readFederation(file: string): Federation {
  if (!existsSync(file))
    throw new Refusal('federation_invalid', `there is no federation file ${file}`, { file });
  const federation = parseFederation(readFileSync(file, 'utf8'), file);
  requireKnownDetectors(federation);
  return federation;
}

/** The definition and, when it names one, the canary file beside it, so that the home is whole by itself. */
function copyDefinition(source: string, federation: Federation, home: Home): void {
  copyFileSync(source, home.federation);
  if (!federation.canary) return;
  const canary = resolve(dirname(source), federation.canary.file);
  if (!existsSync(canary))
    throw new Refusal('data_missing', `canary.file: there is no ${canary}`, { file: canary });
  copyFileSync(canary, canaryPath(home, federation) ?? '');
}

/** Where the home keeps the canary file; undefined when the federation has none. */
export function canaryPath(home: Home, federation: Federation): string | undefined {
  return federation.canary ? join(home.home, `canary-${basename(federation.canary.file)}`) : undefined;
}

async function makeKeys(home: Home): Promise<Record<keyof Home['keys'], SigningKey>> {
  const keys = {
    coordinator: makeKey('coordinator'),
    log: makeKey('log'),
    publisher: makeKey('publisher'),
    ca: makeKey('ca'),
    transport: makeKey('transport'),
  };
  await Promise.all(
    Object.entries(keys).map(([use, key]) => saveKey(home.keys[use as keyof Home['keys']], key)),
  );
  return keys;
}

async function enrolOperator(
  { operator, listen, endpoint }: InitOptions,
  home: Home,
  authority: CertificateAuthority,
): Promise<SigningKey> {
  const key = makeKey('operator');
  const transport = makeKey('transport');
  const name = { role: 'operator', federation: authority.federation, id: operator } as const;
  const certificate = await authority.signCsr(await makeCsr(transport), name, Date.now());
  await saveProfile(home.operator, {
    profile: {
      federation: authority.federation,
      endpoint: endpoint ?? dialable(listen),
      operator,
      did: key.did,
    },
    key,
    transport,
    certificatePem: certificate.pem,
    caPem: authority.caPem,
  });
  return key;
}

async function found(
  home: Home,
  federation: Federation,
  keys: Record<keyof Home['keys'], SigningKey>,
  caPem: string,
  operator: { name: string; did: string },
): Promise<void> {
  const journal = SqliteJournal.open(home.journal);
  const clock = new SystemClock();
  const desk = new Desk({ journal, bus: new InProcessBus(), clock });
  await desk.dispatch({
    type: 'found',
    federation,
    digest: federationDigest(federation),
    keys: {
      identity: keys.coordinator.did,
      log: noteVerifierKey(logOrigin(federation.federation), keys.log.did),
      publisher: keys.publisher.did,
      caFingerprint: caFingerprint(caPem),
    },
  });
  await desk.dispatch({ type: 'enrol-operator', ...operator });
  await journal.close();
}

function writeConfig({ listen, endpoint, http, natsUrl }: InitOptions, home: Home): void {
  const config = {
    listen,
    ...(endpoint ? { endpoint } : {}),
    http,
    ...(natsUrl ? { nats: { url: natsUrl } } : {}),
  };
  writeFileSync(home.config, stringify(config), { mode: 0o600 });
}

/** A listen address as clients on this host dial it. */
export function dialable(listen: string): string {
  const port = listen.slice(listen.lastIndexOf(':') + 1);
  return `localhost:${port}`;
}
