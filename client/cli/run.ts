import type { Command } from 'commander';
import { wholeNumber } from '../../shared/terminal/number-arguments.ts';
import { say } from '../../shared/terminal/run-program.ts';
import { DRILL_NAMES, findDrill } from '../drills/tamper.ts';
import type { InstalledModel } from '../ports/installed-models.ts';
import { type CommonOptions, homeOf, withCommon } from './options.ts';

interface RunOptions extends CommonOptions {
  readonly onceModel: boolean;
  readonly untilVersion?: number;
  readonly drill?: string;
}

export function addRun(program: Command): void {
  const command = program
    .command('run')
    .summary('take part in rounds until stopped')
    .description(
      'Follows the coordinator: trains when a round asks for it, votes on candidates, installs models. Goes on through restarts of the coordinator; stops at SIGINT or SIGTERM. Logs are JSON lines on stderr.',
    )
    .option('--once-model', 'stop after the next model is installed', false)
    .option('--until-version <n>', 'stop once model version n or a later one is installed', wholeNumber(1))
    .option(
      '--drill <name>',
      `misbehave on purpose, in a lab only (${DRILL_NAMES.join(', ')}); needs VEDETTE_DRILL=1`,
    )
    .action(async (options: RunOptions) => {
      const installed = await runNode(options);
      say(options.json, { stopped: true, model: installed ?? null }, () =>
        installed
          ? `stopped; model version ${installed.version} is installed`
          : 'stopped; no model is installed',
      );
    });
  withCommon(command, 'vedette-client run --until-version 1');
}

async function runNode(options: RunOptions): Promise<InstalledModel | undefined> {
  const tamper =
    options.drill === undefined ? undefined : findDrill(options.drill, process.env.VEDETTE_DRILL);
  const [{ closeNode, composeNode, openStation }, { follow }, { createLog }, { RunLock }] = await Promise.all(
    [
      import('../compose.ts'),
      import('../flow/follow.ts'),
      import('../adapters/log.ts'),
      import('../adapters/home/run-lock.ts'),
    ],
  );
  const home = homeOf(options);
  const station = await openStation(home);
  const logger = createLog(station.config.logLevel);
  const stop = stopOnSignals();
  let lock: { release(): void } | undefined;
  try {
    lock = RunLock.take(home.path('run.lock'));
    if (tamper) logger.warn({ drill: options.drill }, 'DRILL: this node attacks the federation it joined');
    const node = await composeNode(station, {
      logger,
      tamper,
      onReport: ({ verdict, rows }) =>
        logger.info({ verdict, training: rows.training, heldBack: rows.heldBack }, 'data checked'),
    });
    try {
      logger.info(
        {
          federation: node.federation.federation,
          member: node.membership.member,
          backend: node.backend,
          software: node.software,
        },
        'following',
      );
      await follow(node, { signal: stop.signal, enough: enough(options), renewal: station.renewal });
      return await node.models.current();
    } finally {
      await closeNode(node);
    }
  } finally {
    lock?.release();
    station.coordinator.close();
    stop.release();
  }
}

function enough({
  onceModel,
  untilVersion,
}: RunOptions): (installed: InstalledModel, isNew: boolean) => boolean {
  return ({ version }, isNew) =>
    (onceModel && isNew) || (untilVersion !== undefined && version >= untilVersion);
}

/** The first signal ends the work in good order; a second one, the process at once. */
function stopOnSignals(): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const stop = () => {
    release();
    controller.abort();
  };
  const release = () => {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return { signal: controller.signal, release };
}
