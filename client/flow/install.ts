/** The newest model, proven, then put in use in one step: whoever scores meets the old model or the new one. */
import { rm } from 'node:fs/promises';
import { Refusal } from '../../shared/refusal.ts';
import { MANIFEST_FILE, WEIGHTS_FILE } from '../core/release-proof.ts';
import type { ModelRef } from '../ports/coordinator.ts';
import type { InstalledModel } from '../ports/installed-models.ts';
import type { ClientNode } from './node.ts';
import { findRelease, pull } from './pull.ts';

/** Refuses what `pull` refuses; then the model in use stays. */
export async function install(
  node: ClientNode,
  { version, manifest, weights }: ModelRef,
  signal: AbortSignal,
): Promise<InstalledModel> {
  const { models, membership, log, seenLog, logger } = node;
  const release = await findRelease(node.coordinator, version);
  requireAnnounced(release.files, { [MANIFEST_FILE]: manifest, [WEIGHTS_FILE]: weights });
  const staged = await models.stage(version);
  const trust = { coordinator: membership.coordinator, publisher: membership.publisher, log };
  const proof = await pull(release, staged, (...file) => node.blobs.save(...file), { trust, signal }).catch(
    async (error: unknown) => {
      // What was proven wrong is no start for the next try; what was merely cut is.
      if (error instanceof Refusal && error.kind !== 'unavailable')
        await rm(staged, { recursive: true, force: true });
      throw error;
    },
  );
  if (proof.head) seenLog.noteReceipt(proof.head);
  const threshold = proof.manifest?.threshold.value ?? Number.POSITIVE_INFINITY;
  const installed = await models.install(staged, { version, manifest, weights, threshold });
  logger.info({ version, weights: weights.slice(0, 12), threshold }, 'model installed');
  return installed;
}

function requireAnnounced(
  files: readonly { name: string; digest: string }[],
  expected: Readonly<Record<string, string>>,
): void {
  for (const [name, digest] of Object.entries(expected)) {
    const found = files.find((file) => file.name === name)?.digest;
    if (found !== digest)
      throw new Refusal('model_invalid', `the release lists another ${name} than was announced`, { name });
  }
}
