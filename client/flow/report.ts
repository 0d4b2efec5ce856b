import { Refusal } from '../../shared/refusal.ts';
import type { InstalledModel } from '../ports/installed-models.ts';
import type { ClientNode } from './node.ts';

/** Tells the operator what runs here. A report that is not heard is no reason to stop anything. */
export async function report(node: ClientNode, model: InstalledModel | undefined): Promise<void> {
  const { coordinator, software, backend, logger } = node;
  try {
    await coordinator.report({
      software,
      backend,
      modelVersion: model?.version ?? 0,
      modelWeights: model?.weights ?? '',
    });
  } catch (error) {
    logger.debug({ code: error instanceof Refusal ? error.code : 'internal' }, 'report was not heard');
  }
}
