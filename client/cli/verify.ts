import { resolve } from 'node:path';
import type { Command } from 'commander';
import { Refusal } from '../../shared/refusal.ts';
import { EXIT, say } from '../../shared/terminal/run-program.ts';
import { trustedLogOf } from '../core/membership.ts';
import type { ReleaseTrust } from '../core/release-proof.ts';
import { verifyFolder } from '../flow/verify.ts';
import { type CommonOptions, homeOf, withCommon } from './options.ts';
import { proofAsJson, proofInWords } from './proof-words.ts';

interface VerifyOptions extends CommonOptions {
  readonly coordinator?: string;
  readonly publisher?: string;
  readonly logKey?: string;
}

export function addVerify(program: Command): void {
  const command = program
    .command('verify')
    .summary('prove offline where a pulled model came from')
    .description(
      'Checks every file of a release against its signatures, without a network. Keys come from this node, or are given: then only what they can prove is checked, and the rest is said to be unchecked.',
    )
    .argument('<dir>', 'folder of a release')
    .option('--coordinator <did>', 'did:key that signs manifests, instead of the one pinned here')
    .option('--publisher <did>', 'did:key that signs model.sig; with --coordinator')
    .option('--log-key <key>', 'verifier key of the journal; with --coordinator')
    .action(async (dir: string, options: VerifyOptions) => {
      const proof = await verifyFolder(resolve(dir), await trustFor(options));
      say(options.json, proofAsJson(proof), () => proofInWords(proof));
      if (!proof.holds) process.exitCode = EXIT.refused;
    });
  withCommon(command, 'vedette-client verify ./model');
}

/** Given keys or pinned keys, never a mixture: half-known trust is easily taken for whole. */
async function trustFor(options: VerifyOptions): Promise<ReleaseTrust> {
  const { coordinator, publisher, logKey } = options;
  if (coordinator !== undefined) {
    return { coordinator, publisher, log: logKey === undefined ? undefined : trustedLogOf(logKey) };
  }
  if (publisher !== undefined || logKey !== undefined) {
    throw new Refusal('usage', '--publisher and --log-key go with --coordinator');
  }
  const membership = await homeOf(options).membership();
  return {
    coordinator: membership.coordinator,
    publisher: membership.publisher,
    log: trustedLogOf(membership.logKey),
  };
}
