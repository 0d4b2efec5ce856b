import { Refusal } from '../../shared/refusal.ts';
import type { ClientNode } from './node.ts';

const STANDINGS = ['pending', 'active', 'suspended', 'quarantined', 'revoked'];
/** With these a node counts for nothing, and whoever runs it has something to do. */
const OUT: ReadonlySet<string> = new Set(['suspended', 'quarantined', 'revoked']);

type Noting = Pick<ClientNode, 'coordinator' | 'logger'>;

/** A standing that is new to this node goes into its log; one that puts it out, as a warning and with its reason. */
export async function noteStanding({ coordinator, logger }: Noting, standing: string): Promise<void> {
  // The log takes words of the catalogue only.
  const known = STANDINGS.includes(standing) ? standing : 'unknown';
  if (!OUT.has(known)) logger.info({ standing: known }, 'standing');
  else logger.warn({ standing: known, why: await reasonFrom(coordinator) }, 'standing');
}

/** Empty when the coordinator does not say: the standing is worth a warning without. */
async function reasonFrom(coordinator: Noting['coordinator']): Promise<string> {
  try {
    return (await coordinator.standing()).conduct?.reason ?? '';
  } catch (error) {
    if (error instanceof Refusal) return '';
    throw error;
  }
}
