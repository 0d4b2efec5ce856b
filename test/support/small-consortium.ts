/** A consortium on disk: a coordinator's home, members' homes with small generated rows, and what an operator does. */
import { randomInt } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { HomeFolder } from '../../client/adapters/home/home-folder.ts';
import { enrol } from '../../client/adapters/remote-coordinator.ts';
import { configure, join as joinFederation } from '../../client/flow/join.ts';
import { asOperator, CONTROL } from '../../coordinator/cli/connect.ts';
import type { StandingAction } from '../../coordinator/core/commands.ts';
import { initialise } from '../../coordinator/init.ts';
import { decodeInvite } from '../../shared/identity/invite.ts';
import type { MemberRecord } from '../../shared/wire/generated/vedette/v1/MemberRecord.ts';
import type { ModelVersionsReply } from '../../shared/wire/generated/vedette/v1/ModelVersionsReply.ts';
import type { RoundDetail } from '../../shared/wire/generated/vedette/v1/RoundDetail.ts';
import type { RoundsReply } from '../../shared/wire/generated/vedette/v1/RoundsReply.ts';

export interface Consortium {
  readonly folder: string;
  readonly port: number;
  /** `host:port` that members dial. */
  readonly endpoint: string;
  /** Home of the coordinator. */
  readonly home: string;
  /** Homes of the members, by name. */
  readonly members: ReadonlyMap<string, string>;
}

const ROWS = 240;

export const SMALL_FEATURES = [
  { name: 'bytes', type: 'numeric', min: 0 },
  { name: 'rate', type: 'numeric', min: 0, max: 1 },
  { name: 'service', type: 'category', values: ['web', 'mail'] },
  { name: 'night', type: 'boolean' },
] as const;

/** A federation file that one machine runs through in seconds. */
export function definition(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    federation: 'small',
    features: SMALL_FEATURES,
    model: { family: 'christoffel', features: 16 },
    rounds: { min: 3, openFor: '60s', grace: '20s', idle: '20s' },
    promotion: { voteFor: '60s' },
    ...changes,
  };
}

/** Below the ports that systems give away by themselves: while a coordinator is down, nobody else gets its port. */
const PORTS = [20_000, 30_000] as const;

/** A port that was free a moment ago, so that members find a coordinator again after its restart. */
export async function freePort(): Promise<number> {
  const port = randomInt(...PORTS);
  const server = createServer();
  const isFree = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
  if (!isFree) return freePort();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Makes the coordinator's home; nobody has joined yet. */
export async function foundConsortium(
  folder: string,
  federation: Record<string, unknown> = definition(),
): Promise<Consortium> {
  const port = await freePort();
  const endpoint = `localhost:${port}`;
  const home = join(folder, 'coordinator');
  mkdirSync(folder, { recursive: true });
  const federationFile = join(folder, 'federation.yaml');
  writeFileSync(federationFile, stringify(federation));
  await initialise({
    home,
    federationFile,
    listen: `127.0.0.1:${port}`,
    endpoint,
    http: '127.0.0.1:0',
    operator: 'olga',
    natsUrl: undefined,
  });
  return { folder, port, endpoint, home, members: new Map() };
}

/** Invites, joins and approves, while the coordinator serves. Every member has rows of its own. */
export async function enrolMembers(
  consortium: Consortium,
  names: readonly string[],
  { maxSamples = 0 }: { readonly maxSamples?: number } = {},
): Promise<Consortium> {
  const members = new Map(consortium.members);
  for (const name of names) {
    const home = join(consortium.folder, name);
    const file = join(consortium.folder, `${name}.csv`);
    writeFileSync(file, rowsOf(members.size));
    const invite = await inviteFor(consortium, name);
    await joinWith(home, invite);
    await configure(new HomeFolder(home), { file });
    await changeStanding(consortium, name, 'approve', maxSamples);
    members.set(name, home);
  }
  return { ...consortium, members };
}

export async function inviteFor(consortium: Consortium, name: string, hours = 1): Promise<string> {
  const { invite } = await operate(consortium, (connection) =>
    connection.unary(CONTROL.Invite, { name, role: 'member', hours }),
  );
  return invite;
}

/** Spends an invite from a home folder, as `vedette-client join` does. */
export async function joinWith(home: string, invite: string, nowMs = Date.now()): Promise<void> {
  await joinFederation(new HomeFolder(home), decodeInvite(invite, nowMs), enrol, nowMs);
}

/** Distinct rows that differ by organisation, with a header. */
function rowsOf(organisation: number): string {
  const rows = Array.from({ length: ROWS }, (_, row) => {
    const number = organisation * 7 + row;
    const rate = ((number * 37) % 101) / 101;
    return `${number * (3 + organisation)},${rate},${(number * 5) % 7 < 3 ? 'mail' : 'web'},${(number * 11) % 3 === 0 ? 1 : 0}`;
  });
  return `bytes,rate,service,night\n${rows.join('\n')}\n`;
}

/** The same consortium once more, with keys, journal and rows, on another port. */
export async function copyConsortium(source: Consortium, folder: string): Promise<Consortium> {
  const port = await freePort();
  const endpoint = `localhost:${port}`;
  const home = join(folder, 'coordinator');
  cpSync(source.home, home, { recursive: true });
  const members = new Map<string, string>();
  for (const [name, from] of source.members) {
    const to = join(folder, name);
    cpSync(from, to, { recursive: true });
    const file = join(to, 'membership.json');
    const membership = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    writeFileSync(file, JSON.stringify({ ...membership, endpoint }), { mode: 0o600 });
    members.set(name, to);
  }
  return { folder, port, endpoint, home, members };
}

type Work<T> = Parameters<typeof asOperator<T>>[1];

export function operate<T>({ home, endpoint }: Consortium, work: Work<T>): Promise<T> {
  return asOperator({ home, endpoint }, work);
}

export async function changeStanding(
  consortium: Consortium,
  member: string,
  action: StandingAction,
  maxSamples = 0,
): Promise<void> {
  await operate(consortium, (connection) =>
    connection.unary(CONTROL.ChangeStanding, { member, action, reason: 'a test', maxSamples }),
  );
}

export async function openRun(consortium: Consortium): Promise<string> {
  return (await operate(consortium, (connection) => connection.unary(CONTROL.OpenRun, {}))).run;
}

export async function abortRun(consortium: Consortium): Promise<void> {
  await operate(consortium, (connection) => connection.unary(CONTROL.AbortRun, { reason: 'seen enough' }));
}

export async function memberOf(consortium: Consortium, name: string): Promise<MemberRecord | undefined> {
  const { members } = await operate(consortium, (connection) => connection.unary(CONTROL.Members, {}));
  return members.find(({ member }) => member === name);
}

export function roundsOf(consortium: Consortium): Promise<RoundsReply> {
  return operate(consortium, (connection) => connection.unary(CONTROL.Rounds, { fromRound: 0, limit: 1000 }));
}

export function roundOf(consortium: Consortium, round: number): Promise<RoundDetail> {
  return operate(consortium, (connection) => connection.unary(CONTROL.Round, { round }));
}

export function modelsOf(consortium: Consortium): Promise<ModelVersionsReply> {
  return operate(consortium, (connection) => connection.unary(CONTROL.ModelVersions, {}));
}
