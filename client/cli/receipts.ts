import type { Command } from 'commander';
import { wholeNumber } from '../../shared/terminal/number-arguments.ts';
import { EXIT, say } from '../../shared/terminal/run-program.ts';
import { table } from '../../shared/terminal/table.ts';
import type { ListedReceipt } from '../flow/list-receipts.ts';
import { type CommonOptions, homeOf, withCommon } from './options.ts';

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
      say(options.json, receipts, () => inWords(receipts));
      if (receipts.some(({ problem }) => problem !== undefined)) process.exitCode = EXIT.refused;
    });
  withCommon(command, 'vedette-client receipts --round 12 --verify');
}

async function list(options: ReceiptsOptions): Promise<readonly ListedReceipt[]> {
  const [{ openStation }, { listReceipts }, { readReceipts }] = await Promise.all([
    import('../compose.ts'),
    import('../flow/list-receipts.ts'),
    import('../adapters/home/receipts-file.ts'),
  ]);
  const station = await openStation(homeOf(options));
  try {
    return await listReceipts(station, await readReceipts(station.home.path('receipts.ndjson')), {
      round: options.round,
      verify: options.verify,
    });
  } finally {
    station.coordinator.close();
  }
}

function inWords(receipts: readonly ListedReceipt[]): string {
  return table(
    receipts,
    [
      {
        heading: 'sent',
        show: ({ kind, round, attempt }) => (kind === 'update' ? `round ${round}.${attempt}` : 'vote'),
      },
      { heading: 'digest', show: ({ digest }) => digest.slice(0, 12) },
      { heading: 'entry', align: 'right', show: ({ index }) => String(index) },
      { heading: 'verdict', show: ({ now, decision }) => now ?? decision },
      { heading: 'code', show: ({ code }) => code ?? '' },
      {
        heading: 'proof',
        show: ({ problem, verified }) => problem ?? (verified ? 'verified' : 'not checked'),
      },
    ],
    'no receipts yet',
  );
}
