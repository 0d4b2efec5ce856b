import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type DidAlgorithm, decodeDid } from '../../shared/identity/did-key.ts';
import { Refusal } from '../../shared/refusal.ts';
import { EXIT, say } from '../../shared/terminal/run-program.ts';
import { trustedLogOf } from '../core/membership.ts';
import { type ReleaseTrust, uncheckedSteps } from '../core/release-proof.ts';
import { verifyFolder } from '../flow/verify.ts';
import { type CommonOptions, homeOf, withCommon } from './options.ts';
import { proofAsJson, proofInWords } from './proof-words.ts';

/** Of a value that is no key; a did:key is shorter. */
const MAX_SHOWN = 80;

interface VerifyOptions extends CommonOptions {
  readonly coordinator?: string;
  readonly publisher?: string;
  readonly logKey?: string;
  readonly strict: boolean;
}

export function addVerify(program: Command): void {
  const command = program
    .command('verify')
    .summary('prove offline where a pulled model came from')
    .description(
      'Checks every file of a release against its signatures, without a network. Keys come from this node, or are given: then only what they can prove is checked, and the rest is said to be unchecked. In front of whatever loads a model, put it with --strict.',
    )
    .argument('<dir>', 'folder of a release')
    .option('--coordinator <did>', 'did:key that signs manifests, instead of the one pinned here')
    .option('--publisher <did>', 'did:key that signs model.sig; with --coordinator')
    .option('--log-key <key>', 'verifier key of the journal; with --coordinator')
    .option('--strict', 'exit code 1 also when a step was not checked', false)
    .action(async (dir: string, options: VerifyOptions) => {
      const proof = await verifyFolder(resolve(dir), await trustFor(options));
      say(options.json, proofAsJson(proof), () => proofInWords(proof));
      const isEnough = proof.holds && !(options.strict && uncheckedSteps(proof).length > 0);
      if (!isEnough) process.exitCode = EXIT.refused;
    });
  withCommon(command, 'vedette-client verify ./model --strict');
}

/** Given keys or pinned keys, never a mixture: half-known trust is easily taken for whole. */
async function trustFor(options: VerifyOptions): Promise<ReleaseTrust> {
  const { coordinator, publisher, logKey } = options;
  if (coordinator === undefined) {
    if (publisher !== undefined || logKey !== undefined)
      throw new Refusal('usage', '--publisher and --log-key go with --coordinator');
    return await pinnedTrust(options);
  }
  return {
    coordinator: keyGiven('--coordinator', coordinator, 'Ed25519'),
    publisher: publisher === undefined ? undefined : keyGiven('--publisher', publisher, 'P-256'),
    log: logKey === undefined ? undefined : usable('--log-key', logKey, trustedLogOf),
  };
}

async function pinnedTrust(options: VerifyOptions): Promise<ReleaseTrust> {
  const home = homeOf(options);
  const membership = await home.findMembership();
  if (!membership) {
    throw new Refusal(
      'home_missing',
      `no membership in ${home.folder}, so no keys are pinned here; a machine that never joined is given them: --coordinator <did>, and with it --publisher <did> and --log-key <key>`,
      { home: home.folder },
    );
  }
  const { coordinator, publisher, logKey } = membership;
  return { coordinator, publisher, log: trustedLogOf(logKey) };
}

/** A key that cannot be the one wanted says nothing about the model: it is refused before the folder is read. */
function keyGiven(option: string, did: string, wanted: DidAlgorithm): string {
  const { algorithm } = usable(option, did, decodeDid);
  if (algorithm === wanted) return did;
  throw new Refusal('usage', `${option} ${did}: a did:key of ${algorithm}, wanted is one of ${wanted}`);
}

function usable<T>(option: string, given: string, read: (given: string) => T): T {
  try {
    return read(given);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal('usage', `${option} ${given.slice(0, MAX_SHOWN)}: ${error.message}`);
  }
}
