/** Offline proof of where a folder's model comes from. */
import { proveRelease, type ReleaseProof, type ReleaseTrust } from '../core/release-proof.ts';
import { readRelease } from './read-release.ts';

/** Refuses only what keeps it from looking; what is wrong with the release is in the proof. */
export async function verifyFolder(folder: string, trust: ReleaseTrust): Promise<ReleaseProof> {
  return proveRelease(await readRelease(folder), trust);
}
