import type { Command } from 'commander';
import { Refusal } from '../../shared/refusal.ts';
import type { ListedReceipt } from '../flow/list-receipts.ts';
import { type CommonOptions, homeOf, wholeNumber, withCommon } from './options.ts';
import { print, table } from './output.ts';

interface ReceiptsOptions extends CommonOptions {
  readonly round?: number;
  readonly verify: boolean;
}

export function addReceipts(program: Command): void {
  const command = program
    .command('receipts')
    .summary("the coordinator's receipts for what this node sent")
    .description(
      'Lists what the coordinator signed for, with the verdicts it gives now when it can be reached. With --verify every receipt is checked offline: signature, sender, place in the journal.',
    )
    .option('--round <n>', 'of one round only', wholeNumber(0))
    .option('--verify', 'check signatures and journal proofs', false)
    .action(async (options: ReceiptsOptions) => {
      const receipts = await list(options);
      print(options.json, receipts, () => inWords(receipts));
      const bad = receipts.find(({ problem }) => problem !== undefined);
      if (bad)
        throw new Refusal('receipt_invalid', `receipt of round ${bad.round}: ${bad.problem}`, {
          round: bad.round,
        });
    });
  withCommon(command, 'vedette-client receipts --round 12 --verify');
}

async function list(options: ReceiptsOptions): Promise<readonly ListedReceipt[]> {
  const [{ openDesk }, { listReceipts }] = await Promise.all([
    import('../compose.ts'),
    import('../flow/list-receipts.ts'),
  ]);
  const desk = await openDesk(homeOf(options));
  try {
    return await listReceipts(desk, { round: options.round, verify: options.verify });
  } finally {
    desk.coordinator.close();
  }
}

function inWords(receipts: readonly ListedReceipt[]): string {
  if (receipts.length === 0) return 'no receipts yet';
  const rows = receipts.map((receipt) => [
    receipt.kind === 'update' ? `round ${receipt.round}.${receipt.attempt}` : 'vote',
    receipt.digest.slice(0, 12),
    `entry ${receipt.index}`,
    receipt.now ?? receipt.decision,
    receipt.code ?? '',
    receipt.problem ?? (receipt.verified ? 'verified' : ''),
  ]);
  return table([['sent', 'digest', 'journal', 'verdict', 'code', ''], ...rows]);
}
