/** A process that uploads the first `sent` bytes of a file into a blob folder, says so, and holds on until killed. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { DiskBlobs } from '../../coordinator/adapters/blobs/disk.ts';

const [folder = '', file = '', sent = '0'] = process.argv.slice(2);
const bytes = readFileSync(file);
const digest = createHash('sha256').update(bytes).digest('hex');
const upload = await (await DiskBlobs.open(folder)).stage('member', digest, bytes.length);
await upload.append(0, bytes.subarray(0, Number(sent)));
process.stdout.write('sent\n');
setInterval(() => {}, 60_000);
