import type { Command } from 'commander';
import { Refusal } from '../../shared/refusal.ts';
import { requireData, sourceOf } from '../config.ts';
import type { DataReport } from '../data/data-report.ts';
import { type CommonOptions, homeOf, withCommon } from './options.ts';
import { print } from './output.ts';
import { ProgressLine } from './progress-line.ts';

export function addDataCheck(program: Command): void {
  const data = program
    .command('data')
    .summary('what would be trained on')
    .description('The data of this site.');
  const command = data
    .command('check')
    .summary('rows, columns, refusals with file:line, drift')
    .description(
      'Reads the data as a round would and says what would be trained on. Nothing leaves this host.',
    )
    .option('--accept', "take today's data as the new reference for drift", false)
    .action(async (options: CommonOptions & { accept: boolean }) => {
      const { renderDataReport } = await import('../data/data-report.ts');
      const report = await check(options);
      print(options.json, report, () => renderDataReport(report));
      const [first] = report.refusals;
      // The report has told it all; only the exit code is left to set.
      if (first) process.exitCode = 1;
    });
  withCommon(command, 'vedette-client data check --json');
}

async function check(options: CommonOptions & { accept: boolean }): Promise<DataReport> {
  const { checkData } = await import('../data/check-data.ts');
  const home = homeOf(options);
  await home.membership();
  const config = await home.config();
  const data = requireData(config);
  const progress = new ProgressLine();
  progress.update(`reading ${data.file}`);
  try {
    return await checkData(sourceOf(data), await home.federation(), config.policy, home.folder, {
      acceptDrift: options.accept,
    });
  } finally {
    progress.done();
  }
}

/** A report that was refused, as the refusal that ends a command. */
export function refusalOf(report: DataReport): Refusal | undefined {
  const [first] = report.refusals;
  return first && new Refusal(first.code, first.message, first.facts);
}
