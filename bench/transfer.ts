/**
 * Upload and download through the real service, over TLS, onto disk with its flushes, against `cat FILE | sha256sum`
 * of the same file in the same run. The server is a process of its own.
 *
 *   npx tsx bench/transfer.ts [--megabytes 400] [--repeats 3] [--json FILE]
 */
import { execFileSync, fork } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { download, upload } from '../client/adapters/grpc/transfer.ts';
import { DiskBlobs } from '../coordinator/adapters/blobs/disk.ts';
import { keyFromPem, keyToPem } from '../shared/identity/keys.ts';
import { Connection } from '../shared/wire/connection.ts';
import { FEDERATION, WireFederation } from '../test/support/wire-server.ts';

const MEGABYTE = 1_000_000;
const SERVE = 'serve';

/** What the server tells the client through the process channel. */
interface Served {
  readonly port: number;
  readonly caPem: string;
  readonly identityPem: string;
  readonly certificatePem: string;
  readonly keyPem: string;
}

interface Report {
  readonly peakRssBytes: number;
}

async function serve(folder: string): Promise<void> {
  const federation = await WireFederation.create();
  const party = await federation.enrol('bench');
  const server = await federation.serve({ blobs: new DiskBlobs(join(folder, 'blobs')) });
  const served: Served = {
    port: server.port,
    caPem: federation.tls.caPem,
    identityPem: keyToPem(party.key),
    certificatePem: party.certificatePem,
    keyPem: party.keyPem,
  };
  process.send?.(served);
  process.once('message', async () => {
    const report: Report = { peakRssBytes: process.resourceUsage().maxRSS * 1024 };
    process.send?.(report);
    await server.close(100);
    process.disconnect();
  });
}

async function measure(options: { megabytes: string; repeats: string; json?: string }): Promise<void> {
  const bytes = Number(options.megabytes) * MEGABYTE;
  const folder = mkdtempSync(join(tmpdir(), 'vedette-bench-'));
  const child = fork(fileURLToPath(import.meta.url), [SERVE, folder], { execArgv: process.execArgv });
  const next = <Message>() =>
    new Promise<Message>((resolve) => child.once('message', (m) => resolve(m as Message)));
  try {
    const { port, caPem, identityPem, certificatePem, keyPem } = await next<Served>();
    const connection = new Connection({
      endpoint: `127.0.0.1:${port}`,
      caPem,
      federation: FEDERATION,
      key: keyFromPem('identity', identityPem),
      certificate: { certificatePem, keyPem },
    });
    const runs = [];
    for (let repeat = 0; repeat < Number(options.repeats); repeat += 1) {
      runs.push(await oneRun(connection, join(folder, 'payload'), bytes));
    }
    connection.close();
    const report = next<Report>();
    child.send('report');
    tell({ megabytes: bytes / MEGABYTE, runs, server: await report }, options.json);
  } finally {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Run {
  readonly shaSeconds: number;
  readonly uploadSeconds: number;
  readonly downloadSeconds: number;
}

async function oneRun(connection: Connection, path: string, bytes: number): Promise<Run> {
  const digest = await writeRandom(path, bytes);
  const shaSeconds = await timed(() => execFileSync('sh', ['-c', `cat '${path}' | sha256sum`]));
  const uploadSeconds = await timed(() => upload(connection, digest, path));
  const downloadSeconds = await timed(() => download(connection, digest, `${path}.down`));
  rmSync(`${path}.down`);
  return { shaSeconds, uploadSeconds, downloadSeconds };
}

async function writeRandom(path: string, bytes: number): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path, 'w');
  for (let left = bytes; left > 0; ) {
    const piece = randomBytes(Math.min(left, 4 * MEGABYTE));
    hash.update(piece);
    await file.write(piece);
    left -= piece.length;
  }
  await file.sync();
  await file.close();
  return hash.digest('hex');
}

async function timed(action: () => unknown): Promise<number> {
  const startMs = performance.now();
  await action();
  return (performance.now() - startMs) / 1000;
}

function tell(
  result: { megabytes: number; runs: readonly Run[]; server: Report },
  json: string | undefined,
): void {
  const { megabytes, runs, server } = result;
  const best = (of: (run: Run) => number) => Math.min(...runs.map(of));
  const [sha, up, down] = [
    best((r) => r.shaSeconds),
    best((r) => r.uploadSeconds),
    best((r) => r.downloadSeconds),
  ];
  const row = (name: string, seconds: number) =>
    `${name.padEnd(24)}${seconds.toFixed(2).padStart(8)} s${(megabytes / seconds).toFixed(0).padStart(8)} MB/s${(seconds / sha).toFixed(2).padStart(8)} x`;
  console.log(`${megabytes} MB, best of ${runs.length}`);
  console.log(row('cat FILE | sha256sum', sha));
  console.log(row('upload, durable', up));
  console.log(row('download, verified', down));
  console.log(`server peak RSS ${(server.peakRssBytes / MEGABYTE).toFixed(0)} MB`);
  if (json)
    writeFileSync(
      json,
      `${JSON.stringify({ ...result, uploadRatio: up / sha, downloadRatio: down / sha }, null, 2)}\n`,
    );
}

const [mode, folder] = process.argv.slice(2);
if (mode === SERVE && folder !== undefined) await serve(folder);
else {
  await new Command('transfer')
    .description('Upload and download through the real service, as a ratio to hashing the same file')
    .option('--megabytes <n>', 'size of the blob', '400')
    .option('--repeats <n>', 'runs, of which the best counts', '3')
    .option('--json <file>', 'write the result there too')
    .action(measure)
    .parseAsync();
}
