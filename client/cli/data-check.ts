import type { Command } from 'commander';
import { EXIT, say } from '../../shared/terminal/run-program.ts';
import { requireData, sourceOf } from '../config.ts';
import type { DataReport } from '../data/data-report.ts';
import { type CommonOptions, homeOf, withCommon } from './options.ts';
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
      say(options.json, report, () => renderDataReport(report));
      if (report.verdict === 'refused') process.exitCode = EXIT.refused;
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
