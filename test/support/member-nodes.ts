/** Members: the client's own code, one node each, in this process. */
import { pino } from 'pino';
import { HomeFolder } from '../../client/adapters/home/home-folder.ts';
import { closeNode, composeNode, openStation } from '../../client/compose.ts';
import type { Tamper } from '../../client/drills/tamper.ts';
import { follow } from '../../client/flow/follow.ts';
import type { InstalledModel } from '../../client/ports/installed-models.ts';
import type { Consortium } from './small-consortium.ts';

export interface MemberNode {
  readonly name: string;
  /** Rejects with what made the node give up. */
  readonly finished: Promise<void>;
  stop(): Promise<void>;
}

export interface NodeChanges {
  readonly tamper?: Tamper;
  readonly enough?: (installed: InstalledModel) => boolean;
}

/** Starts following with a member's own home. */
export async function startNode(
  { members }: Consortium,
  name: string,
  { tamper, enough }: NodeChanges = {},
): Promise<MemberNode> {
  const home = members.get(name);
  if (home === undefined) throw new Error(`no member ${name} in this consortium`);
  const station = await openStation(new HomeFolder(home));
  const logger = pino(
    { level: process.env.VEDETTE_TEST_LOG ?? 'silent', base: { member: name } },
    pino.destination(2),
  );
  const node = await composeNode(station, { logger, tamper, onReport: () => {} });
  const stop = new AbortController();
  const finished = follow(node, {
    signal: stop.signal,
    renewal: station.renewal,
    ...(enough ? { enough } : {}),
  }).finally(() => closeNode(node));
  finished.catch(() => {});
  return {
    name,
    finished,
    stop: async () => {
      stop.abort();
      await finished.catch(() => {});
    },
  };
}

export async function startNodes(consortium: Consortium, changes: NodeChanges = {}): Promise<MemberNode[]> {
  const nodes: MemberNode[] = [];
  for (const name of consortium.members.keys()) nodes.push(await startNode(consortium, name, changes));
  return nodes;
}
