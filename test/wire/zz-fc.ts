import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { upload } from '../../client/adapters/grpc/transfer.ts';
import { DiskBlobs } from '../../coordinator/adapters/blobs/disk.ts';
import { type Cut, startCuttingProxy } from '../support/cutting-proxy.ts';
import { sha256, WireFederation } from '../support/wire-server.ts';
const f = await WireFederation.create(); const m = await f.enrol('a');
const server = await f.serve({ blobs: new DiskBlobs('/tmp/wiredbg/fc' + process.pid) });
    const cut = fc.record<Cut>({
      direction: fc.constantFrom('up', 'down'),
      afterBytes: fc.oneof(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 2_200_000 })),
    });
await fc.assert(fc.asyncProperty(fc.array(cut, { maxLength: 4 }), async (cuts) => {
  const bytes = randomBytes(2 * 1048576 + 77);
  const proxy = await startCuttingProxy(server.port, cuts);
  const c = f.connect(proxy.port, m);
  const t = performance.now();
  const timer = setTimeout(() => console.log('slow', JSON.stringify(cuts), proxy.cutSoFar(), server.calls(), server.connections()), 5000);
  await upload(c, sha256(bytes), bytes, { onProgress: (d) => { if (performance.now() - t > 5000) console.log('progress', d); } });
  clearTimeout(timer);
  console.log(Math.round(performance.now() - t), cuts.length);
  c.close(); await proxy.close();
}), { numRuns: 25, seed: Number(process.argv[2] ?? 1) });
console.log('done');
process.exit();
