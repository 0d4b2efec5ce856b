import { resolve } from 'node:path';
import type { Command } from 'commander';
import { wholeNumber } from '../../shared/terminal/number-arguments.ts';
import { say } from '../../shared/terminal/run-program.ts';
import type { ReleaseProof } from '../core/release-proof.ts';
import { type CommonOptions, homeOf, withCommon } from './options.ts';
import { bytesOf, ProgressLine } from './progress-line.ts';
import { proofAsJson, proofInWords } from './proof-words.ts';

interface PullOptions extends CommonOptions {
  readonly version: number;
}

export function addPull(program: Command): void {
  const command = program
    .command('pull')
    .summary('download the newest model and prove where it came from')
    .description(
      'Downloads a release into a folder, resuming after a cut, and proves it with the keys pinned when this node joined.',
    )
    .argument('[dir]', 'folder, new or empty; default <federation>-v<version>')
    .option('--version <n>', 'a version; 0 is the newest', wholeNumber(0), 0)
    .action(async (dir: string | undefined, options: PullOptions) => {
      const { folder, proof } = await pullInto(dir, options);
      say(
        options.json,
        { folder, ...proofAsJson(proof) },
        () => `pulled into ${folder}\n${proofInWords(proof)}`,
      );
    });
  withCommon(command, 'vedette-client pull ./model');
}

async function pullInto(
  dir: string | undefined,
  options: PullOptions,
): Promise<{ folder: string; proof: ReleaseProof }> {
  const [{ openStation }, { findRelease, pull }] = await Promise.all([
    import('../compose.ts'),
    import('../flow/pull.ts'),
  ]);
  const station = await openStation(homeOf(options));
  const { coordinator, membership, log } = station;
  const progress = new ProgressLine();
  try {
    const release = await findRelease(coordinator, options.version);
    const folder = resolve(dir ?? `${membership.federation}-v${release.model?.version}`);
    const proof = await pull(release, folder, (...file) => coordinator.download(...file), {
      trust: { coordinator: membership.coordinator, publisher: membership.publisher, log },
      signal: new AbortController().signal,
      onBytes: (moved, whole) => progress.update(bytesOf(moved, whole)),
    });
    return { folder, proof };
  } finally {
    progress.done();
    coordinator.close();
  }
}
