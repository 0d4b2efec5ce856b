/** A release folder as something that scores. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { validateFederation } from '../../shared/federation/load.ts';
import type { Federation } from '../../shared/federation/schema.ts';
import type { ModelFamily, Scorer } from '../../shared/learning/family.ts';
import { type Manifest, parseManifest } from '../../shared/provenance/manifest.ts';
import { Refusal } from '../../shared/refusal.ts';
import { decode } from '../../shared/tensors/safetensors.ts';
import { MANIFEST_FILE, WEIGHTS_FILE } from '../core/release-proof.ts';

export interface OpenedModel {
  readonly manifest: Manifest;
  /** As the manifest has it: an integrator needs nothing but the release. */
  readonly federation: Federation;
  readonly scorer: Scorer;
}

/**
 * Opens a model that was proven when it was pulled or installed; here only the weights are held against the manifest
 * once more. Refuses `model_missing` and `model_invalid`.
 */
export async function openModel(
  folder: string,
  familyOf: (federation: Federation) => Promise<ModelFamily>,
): Promise<OpenedModel> {
  const { manifest } = parseManifest((await releaseFile(folder, MANIFEST_FILE)).toString('utf8'));
  const weights = await releaseFile(folder, WEIGHTS_FILE);
  const digest = createHash('sha256').update(weights).digest('hex');
  if (digest !== manifest.weights.digest) {
    throw new Refusal(
      'model_invalid',
      `${WEIGHTS_FILE} hashes to ${digest}, the manifest says ${manifest.weights.digest}`,
    );
  }
  const federation = validateFederation(manifest.federation.definition, join(folder, MANIFEST_FILE));
  return { manifest, federation, scorer: (await familyOf(federation)).scorer(decode(weights)) };
}

async function releaseFile(folder: string, name: string): Promise<Buffer> {
  return await readFile(join(folder, name)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
    throw new Refusal('model_missing', `there is no ${name} in ${folder}`, { folder });
  });
}
