import { Refusal } from '../../shared/refusal.ts';
import { logVerdict } from './hear-verdict.ts';
import type { ClientNode } from './node.ts';
import { keepReceipt } from './submit.ts';

/**
 * After a start: asks once more for the receipt of the last header sent, when none was kept. The coordinator answers
 * the same header with the same place in the journal; one that never reached it is late by now, and says so.
 */
export async function claimReceipt(node: ClientNode): Promise<void> {
  const sent = await node.outbox.last();
  if (!sent) return;
  const { header, digest, round, attempt } = sent;
  const kept = await node.receipts.all();
  if (kept.some((one) => one.kind === 'update' && one.round === round && one.attempt === attempt)) return;
  try {
    const { receipt } = await node.coordinator.submit(header);
    const {
      decision,
      code = '',
      message = '',
    } = keepReceipt(node, receipt, {
      kind: 'update',
      digest,
      round,
      attempt,
    });
    const told = { decision, code, message };
    logVerdict(node.logger, 'receipt claimed after a restart', told, { round, attempt });
  } catch (error) {
    // Unreachable: whoever called tries again. Anything else is the coordinator's answer, and final.
    if (!(error instanceof Refusal) || error.kind === 'unavailable') throw error;
    node.logger.info({ round, attempt, code: error.code }, 'no receipt to claim');
  }
}
