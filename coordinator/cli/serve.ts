import type { Command } from 'commander';
import { SOFTWARE } from '../../shared/software.ts';
import { say } from '../../shared/terminal/run-program.ts';
import type { Config } from '../config.ts';
import { type Common, withHome } from './options.ts';

export function addServeCommands(program: Command): void {
  withHome(
    program.command('init <federation>'),
    'vedette-coordinator init examples/demo/federation.yaml --endpoint vedette.example.org:7443',
  )
    .description(
      'make a coordinator’s home from a federation file: keys, CA, journal, configuration, first operator',
    )
    .option('--listen <host:port>', 'where the gRPC service listens', '0.0.0.0:7443')
    .option(
      '--endpoint <host:port>',
      'where clients dial, written into invites (default: localhost and the port)',
    )
    .option('--http <host:port>', 'where /metrics and /healthz listen', '127.0.0.1:7480')
    .option('--operator <name>', 'name of the first operator', 'operator')
    .option('--nats <url>', 'publish every journal event to this NATS server')
    .action(async (federationFile: string, options: Common & InitFlags) => {
      const { initialise } = await import('../init.ts');
      const made = await initialise({
        home: options.home,
        federationFile,
        listen: options.listen,
        endpoint: options.endpoint,
        http: options.http,
        operator: options.operator,
        natsUrl: options.nats,
      });
      say(options.json, made, () =>
        [
          `${made.federation} has a coordinator in ${made.home}`,
          `  signs as       ${made.coordinator}`,
          `  CA fingerprint ${made.caFingerprint}`,
          `  operator       ${made.operator}`,
          'next: vedette-coordinator serve, then vedette-coordinator invite NAME',
        ].join('\n'),
      );
    });

  withHome(program.command('serve'), 'vedette-coordinator serve --log debug')
    .description('serve the federation until stopped; resumes whatever was under way')
    .option('--listen <host:port>', 'instead of the configured address')
    .option('--http <host:port>', 'instead of the configured address')
    .option('--log <level>', 'trace, debug, info, warn, error, fatal or silent')
    .action(async (options: Common & { listen?: string; http?: string; log?: Config['log'] }) => {
      const { listen, http, log } = options;
      // Loaded here: no other command needs a server.
      const { serve } = await import('../compose.ts');
      const running = await serve(options.home, {
        ...(listen ? { listen } : {}),
        ...(http ? { http } : {}),
        ...(log ? { log } : {}),
      });
      const { endpoint, httpPort, federation, backend } = running;
      say(
        options.json,
        { endpoint, httpPort, federation, backend, software: SOFTWARE },
        () => `${federation} is served at ${endpoint} (metrics on port ${httpPort}, algebra by ${backend})`,
      );
      await untilStopped();
      await running.stop();
    });
}

interface InitFlags {
  readonly listen: string;
  readonly http: string;
  readonly operator: string;
  readonly nats?: string;
}

function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}
