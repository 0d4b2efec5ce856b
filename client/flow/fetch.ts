/** A blob of the coordinator as tensors, believed only for its digest. */
import { decode } from '../../shared/tensors/safetensors.ts';
import type { TensorSet } from '../../shared/tensors/tensor.ts';
import type { OnBytes } from '../ports/coordinator.ts';
import type { ClientNode } from './node.ts';

/** Refuses what the download refuses, `digest_mismatch`, and `update_malformed` for a file that is not tensors. */
export async function fetchTensors(
  { blobs }: Pick<ClientNode, 'blobs'>,
  digest: string,
  signal: AbortSignal,
  onBytes?: OnBytes,
): Promise<TensorSet> {
  return decode(await blobs.fetch(digest, signal, onBytes));
}
