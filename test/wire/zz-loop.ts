import { randomBytes } from 'node:crypto';
import { upload, download } from '../../client/adapters/grpc/transfer.ts';
import { MemoryBlobs } from '../../coordinator/adapters/blobs/memory.ts';
import { DiskBlobs } from '../../coordinator/adapters/blobs/disk.ts';
import { startCuttingProxy } from '../../test/support/cutting-proxy.ts';
import { sha256, WireFederation } from '../../test/support/wire-server.ts';
import { writeFileSync, rmSync } from 'node:fs';
const f = await WireFederation.create(); const m = await f.enrol('a');
const blobs = process.argv[3]==='disk' ? new DiskBlobs('/tmp/wiredbg/blobs'+process.pid) : new MemoryBlobs();
const server = await f.serve({ blobs });
let seed = Number(process.argv[4] ?? 1); const rnd = () => ((seed = (seed * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff);
for (let i = 0; i < 40; i++) {
  const bytes = randomBytes(2 * 1048576 + 77);
  const cuts = Array.from({ length: Math.floor(rnd() * 5) }, () => ({ direction: rnd() < .5 ? 'up' as const : 'down' as const, afterBytes: Math.floor(1 + rnd() * (rnd() < .5 ? 3000 : 2200000)) }));
  const proxy = await startCuttingProxy(server.port, cuts);
  const c = f.connect(proxy.port, m);
  const t = performance.now();
  if (process.argv[2] === 'down') { const { digest } = await blobs.put(bytes); await download(c, digest, '/tmp/wiredbg/x.bin'); rmSync('/tmp/wiredbg/x.bin'); }
  else await upload(c, sha256(bytes), bytes);
  const ms = performance.now() - t;
  console.log(i, Math.round(ms), ms > 2000 ? JSON.stringify(cuts) : cuts.length, proxy.cutSoFar());
  c.close(); await proxy.close();
}
await server.close(100);
