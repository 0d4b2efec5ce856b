/** A release from the coordinator into a folder that then holds exactly what was signed. */
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal } from '../../shared/refusal.ts';
import { type ReleaseProof, type ReleaseTrust, requireProven } from '../core/release-proof.ts';
import type { Coordinator, OnBytes, Release } from '../ports/coordinator.ts';
import { verifyFolder } from './verify.ts';

const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const MAX_FILES = 16;

export interface PullOptions {
  readonly trust: ReleaseTrust;
  readonly signal: AbortSignal;
  readonly onBytes?: OnBytes;
}

/** Brings one file over. */
export type FetchFile = (
  digest: string,
  path: string,
  signal: AbortSignal,
  onBytes?: OnBytes,
) => Promise<void>;

/**
 * Downloads a release, resuming an earlier try, and proves it. Refuses `model_missing`, `model_invalid`,
 * `manifest_invalid` and the like; `usage` when the folder holds something else.
 */
export async function pull(
  release: Release,
  folder: string,
  fetchFile: FetchFile,
  options: PullOptions,
): Promise<ReleaseProof> {
  const names = release.files.map(({ name }) => name);
  requireFileNames(names);
  await requireRoom(folder, names);
  await mkdir(folder, { recursive: true });
  const whole = release.files.reduce((sum, { bytes }) => sum + bytes, 0);
  let before = 0;
  for (const { name, digest, bytes } of release.files) {
    const from = before;
    await fetchFile(digest, join(folder, name), options.signal, (moved) =>
      options.onBytes?.(from + moved, whole),
    );
    before += bytes;
  }
  const proof = await verifyFolder(folder, options.trust);
  requireProven(proof);
  requireSameRelease(release, proof);
  return proof;
}

/** The release of a version; 0 is the newest. Refuses `model_missing`. */
export async function findRelease(
  coordinator: Pick<Coordinator, 'release'>,
  version: number,
): Promise<Release> {
  const release = await coordinator.release(version);
  if (release.model && release.files.length > 0) return release;
  throw new Refusal(
    'model_missing',
    version === 0 ? 'no model has been published yet' : `there is no version ${version}`,
  );
}

/** Names come from the coordinator: none may lead out of the folder. */
function requireFileNames(names: readonly string[]): void {
  if (names.length > MAX_FILES)
    throw new Refusal('model_invalid', `a release of ${names.length} files (bound ${MAX_FILES})`);
  const bad = names.findIndex((name) => !FILE_NAME.test(name));
  if (bad >= 0)
    throw new Refusal('model_invalid', `file ${bad} of the release has a name that is not a plain file name`);
}

async function requireRoom(folder: string, names: readonly string[]): Promise<void> {
  const found = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const foreign = found.filter((name) => !names.includes(name.replace(/\.part$/, '')));
  if (foreign.length === 0) return;
  throw new Refusal(
    'usage',
    `${folder} holds other files (${foreign.slice(0, 3).join(', ')}); choose an empty folder`,
    { folder },
  );
}

function requireSameRelease(release: Release, { manifest }: ReleaseProof): void {
  const asked = release.model?.version;
  if (manifest?.version === asked) return;
  throw new Refusal(
    'manifest_invalid',
    `asked for version ${asked}, the manifest is of version ${manifest?.version}`,
  );
}
