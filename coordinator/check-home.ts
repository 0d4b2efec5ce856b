/** Before anything is served: do the parts of a home belong together? A restore from two backups can mix them. */
import { existsSync, readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import { federationDigest, parseFederation } from '../shared/federation/load.ts';
import type { Federation } from '../shared/federation/schema.ts';
import { caFingerprint } from '../shared/identity/invite.ts';
import { loadKey } from '../shared/identity/keys.ts';
import { Refusal } from '../shared/refusal.ts';
import { noteVerifierKey } from '../shared/transparency/checkpoint.ts';
import { Canaries } from './adapters/compute/canaries.ts';
import { labelsLeftOut, strangersIn } from './adapters/compute/canary-rows.ts';
import type { Home } from './config.ts';
import { requireKnownDetectors } from './core/checks/detectors/registry.ts';
import { foundedFederation } from './core/run/decide-run.ts';
import type { State } from './core/state.ts';
import { canaryPath, logOrigin } from './init.ts';

/**
 * Refuses `key_invalid` when a key is not the one the journal was founded with: members have pinned that one, and what
 * another signs is worth nothing to them. Refuses what `Canaries.read` does, now and not after hundreds of rounds, and
 * what `requireKnownDetectors` does: another version may have had a detector that this one has not.
 */
export async function checkHome(home: Home, state: State, log: Logger): Promise<void> {
  const federation = foundedFederation(state);
  await requireFoundingKeys(home, state, logOrigin(federation.federation));
  requireKnownDetectors(federation);
  const canaryFile = canaryPath(home, federation);
  if (canaryFile !== undefined) await checkCanaries(canaryFile, federation, state, log);
  if (wasEdited(home.federation, federation)) {
    log.warn(
      { file: home.federation },
      'the federation file was changed after init; what the journal was founded with goes on to hold',
    );
  }
}

/** Says how many rows and where, not what is in them: members may have written it. */
async function checkCanaries(file: string, federation: Federation, { members }: State, log: Logger) {
  const canaries = await new Canaries().read(federation, file);
  const contributing = [...members.values()].filter(({ role }) => role === 'member').map(({ id }) => id);
  const strangers = strangersIn(canaries, contributing);
  // Before anybody has joined, all are strangers.
  if (strangers.rows > 0 && contributing.length > 0)
    log.warn({ file, ...strangers }, 'canaries: rows of contributors who are no members count as nobody’s');
  const leftOut = labelsLeftOut(canaries);
  if (leftOut.rows > 0)
    log.warn(
      { file, ...leftOut },
      'canaries: labels of too few rows, or beyond the 16 with the most, count in the gate on candidates only',
    );
}

async function requireFoundingKeys(home: Home, { keys }: State, origin: string): Promise<void> {
  const found = {
    identity: [home.keys.coordinator, (await loadKey(home.keys.coordinator, 'coordinator')).did],
    log: [home.keys.log, noteVerifierKey(origin, (await loadKey(home.keys.log, 'log')).did)],
    publisher: [home.keys.publisher, (await loadKey(home.keys.publisher, 'publisher')).did],
    caFingerprint: [home.caCertificate, caFingerprint(readFileSync(home.caCertificate, 'utf8'))],
  } as const;
  for (const [use, [file, seen]] of Object.entries(found)) {
    const founded = keys?.[use as keyof typeof found];
    if (seen === founded) continue;
    throw new Refusal('key_invalid', `${file} gives ${seen}; the journal was founded with ${founded}`, {
      file,
    });
  }
}

/**
 * A file that is gone is no change of mind; one that no longer reads is. Both sides are read with the options of this
 * version: the digest in the journal is of those there were when it was founded.
 */
function wasEdited(file: string, founded: Federation): boolean {
  if (!existsSync(file)) return false;
  try {
    return federationDigest(parseFederation(readFileSync(file, 'utf8'), file)) !== federationDigest(founded);
  } catch {
    return true;
  }
}
