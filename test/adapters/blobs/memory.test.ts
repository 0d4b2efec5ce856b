import { MemoryBlobs } from '../../../coordinator/adapters/blobs/memory.ts';
import { blobsContract } from '../../contracts/blobs.ts';

blobsContract('memory', async () => {
  const blobs = new MemoryBlobs();
  return { blobs, dispose: async () => blobs.dispose() };
});
