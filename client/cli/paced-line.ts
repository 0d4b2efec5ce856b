import { once } from 'node:events';

/** Writes a line at the pace of whoever reads. */
export async function writeLine(stream: NodeJS.WritableStream, line: string): Promise<void> {
  if (!stream.write(`${line}\n`)) await once(stream, 'drain');
}
