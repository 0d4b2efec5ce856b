import { createServer } from 'node:net';
import { TRANSFER } from '../../shared/wire/protocol.ts';
import { WireFederation } from '../support/wire-server.ts';
const f = await WireFederation.create(); const m = await f.enrol('a');
for (const how of ['destroy', 'end', 'reset', 'endlater', 'destroylater', 'silent'] as const) {
  const s = createServer((sock) => { sock.on('error', () => {});
    if (how === 'destroy') sock.destroy(); if (how === 'end') sock.end(); if (how === 'reset') sock.resetAndDestroy();
    if (how === 'endlater') sock.once('data', () => sock.end()); if (how === 'destroylater') sock.once('data', () => sock.destroy()); });
  await new Promise<void>((r) => s.listen(0, '127.0.0.1', r));
  const c = f.connect((s.address() as { port: number }).port, m);
  const t = performance.now();
  const e = await c.unary(TRANSFER.Stat, { digest: 'x' }, { timeoutMs: 5000 }).catch((e) => e);
  console.log(how, Math.round(performance.now() - t), e.code, e.message);
  c.close(); s.close();
}
process.exit();
