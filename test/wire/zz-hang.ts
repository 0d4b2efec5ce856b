import { randomBytes } from 'node:crypto';
import { upload, download } from '../../client/adapters/grpc/transfer.ts';
import { MemoryBlobs } from '../../coordinator/adapters/blobs/memory.ts';
import { startCuttingProxy } from '../support/cutting-proxy.ts';
import { sha256, WireFederation } from '../support/wire-server.ts';
const f = await WireFederation.create(); const m = await f.enrol('a');
const blobs = new MemoryBlobs();
const server = await f.serve({ blobs });
const from = Number(process.argv[2]), to = Number(process.argv[3]), step = Number(process.argv[4] ?? 1);
const size = Number(process.argv[5] ?? 5000);
for (const direction of ['up', 'down'] as const) for (let at = from; at < to; at += step) {
  const bytes = randomBytes(size);
  const proxy = await startCuttingProxy(server.port, [{ direction, afterBytes: at }]);
  const c = f.connect(proxy.port, m);
  const t = performance.now();
  await upload(c, sha256(bytes), bytes);
  const ms = performance.now() - t;
  if (ms > 1000) console.log(direction, at, Math.round(ms), proxy.cutSoFar());
  c.close(); await proxy.close();
}
console.log('done');
await server.close(100);
