/** Holds the coordinator to its history: every head it shows must continue the one before. */
import { Refusal } from '../../shared/refusal.ts';
import type { TreeHead } from '../ports/coordinator.ts';
import type { ClientNode } from './node.ts';

type Observer = Pick<ClientNode, 'seenLog' | 'coordinator' | 'saveHead' | 'logger'>;

/** Takes a head into account, asking for a proof when it carries none that fits. Refuses `log_inconsistent`. */
export async function observeHead(node: Observer, head: TreeHead): Promise<void> {
  await loudly(node, async () => {
    if (node.seenLog.offer(head)) return;
    node.seenLog.demand(await node.coordinator.head(node.seenLog.head.size));
  });
}

/**
 * Ties the newest receipt's head to the journal of now, and stores how far it was seen. Receipts carry no proof of
 * their own, and a proof for each would cost a call a round. Refuses `log_inconsistent`.
 */
export async function linkReceipts(node: Observer): Promise<void> {
  const { unlinked } = node.seenLog;
  if (unlinked)
    await loudly(node, async () => node.seenLog.link(unlinked, await node.coordinator.head(unlinked.size)));
  await node.saveHead(node.seenLog.head);
}

async function loudly(node: Observer, check: () => Promise<void>): Promise<void> {
  try {
    await check();
  } catch (error) {
    if (error instanceof Refusal && error.code === 'log_inconsistent') {
      node.logger.fatal({ code: error.code, ...error.facts }, error.resolve);
    }
    throw error;
  }
}
