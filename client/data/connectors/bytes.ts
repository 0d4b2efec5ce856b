/** The bytes of a source file, unpacked where the name says so. Every failure of file or gzip is a refusal. */
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { Refusal } from '../../../shared/refusal.ts';
import { formatOf } from '../source.ts';

const READ_BYTES = 256 * 1024;

export async function* readBytes(path: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: READ_BYTES });
  const stream = formatOf(path).gzipped ? file.pipe(createGunzip({ chunkSize: READ_BYTES })) : file;
  // `pipe` does not carry errors on: a read error would leave the unpacker waiting for ever.
  if (stream !== file) file.on('error', (error) => stream.destroy(error));
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    throw asDataRefusal(error, path);
  } finally {
    file.destroy();
    stream.destroy();
  }
}

/** Names a failure to read: not there, not allowed, or not in the format its name promises. */
export function asDataRefusal(error: unknown, path: string): Refusal {
  if (error instanceof Refusal) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = error instanceof Error ? error.message.slice(0, 200) : 'unknown failure';
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new Refusal('data_missing', `${path}: there is no such file`, { path });
  if (code === 'EACCES' || code === 'EPERM')
    return new Refusal('data_missing', `${path}: this user may not read it`, { path });
  return new Refusal('data_format', `${path}: ${reason}`, { path });
}
