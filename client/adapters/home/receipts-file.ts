/** receipts.ndjson: one receipt a line, only ever appended to. */
import { type FileHandle, open } from 'node:fs/promises';
import { z } from 'zod';
import { asDiskRefusal } from '../../data/row-file.ts';
import type { KeptReceipt, Receipts } from '../../ports/receipts.ts';
import { readIfThere } from './private-file.ts';

const NEWLINE = 0x0a;
const TAIL_BYTES = 64 * 1024;

const KeptReceiptSchema = z.strictObject({
  at: z.string(),
  round: z.int(),
  attempt: z.int(),
  kind: z.enum(['update', 'vote']),
  jws: z.string(),
});

export class ReceiptsFile implements Receipts {
  readonly #path: string;
  readonly #file: FileHandle;
  /** Up to here the file holds whole, durable lines. */
  #wholeBytes: number;
  #pending: string[] = [];
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, file: FileHandle, wholeBytes: number) {
    this.#path = path;
    this.#file = file;
    this.#wholeBytes = wholeBytes;
  }

  /** Opens for appending; a last line that a crash cut short is taken off first, so that it cannot spoil the next. */
  static async open(path: string): Promise<ReceiptsFile> {
    const file = await open(path, 'a+', 0o600);
    const { size } = await file.stat();
    const whole = await endOfLastLine(file, size);
    if (whole < size) await file.truncate(whole);
    return new ReceiptsFile(path, file, whole);
  }

  append(receipt: KeptReceipt): void {
    this.#pending.push(`${JSON.stringify(receipt)}\n`);
    // Whoever flushes hears of a failure; until then it must not end the process.
    this.flush().catch(() => undefined);
  }

  /** After a failure, e.g. `disk_full`, nothing is lost yet: the next flush tries again. */
  flush(): Promise<void> {
    const drain = () => this.#drain();
    this.#writing = this.#writing.then(drain, drain);
    return this.#writing;
  }

  async all(): Promise<readonly KeptReceipt[]> {
    await this.flush();
    return readReceipts(this.#path);
  }

  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.#file.close();
    }
  }

  /** Lines that arrive while others are being written go to disk together, with one sync. */
  async #drain(): Promise<void> {
    const count = this.#pending.length;
    if (count === 0) return;
    const bytes = Buffer.from(this.#pending.join(''), 'utf8');
    try {
      await this.#file.appendFile(bytes);
      await this.#file.datasync();
    } catch (error) {
      await this.#file.truncate(this.#wholeBytes);
      throw asDiskRefusal(error, this.#path);
    }
    this.#wholeBytes += bytes.length;
    this.#pending.splice(0, count);
  }
}

/** Every whole receipt of the file; none where there is no file. */
export async function readReceipts(path: string): Promise<KeptReceipt[]> {
  const text = (await readIfThere(path)) ?? '';
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole.split('\n').flatMap((line) => {
    const receipt = parseLine(line);
    return receipt ? [receipt] : [];
  });
}

function parseLine(line: string): KeptReceipt | undefined {
  try {
    return KeptReceiptSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

async function endOfLastLine(file: FileHandle, size: number): Promise<number> {
  for (let end = size; end > 0; end -= TAIL_BYTES) {
    const start = Math.max(0, end - TAIL_BYTES);
    const tail = Buffer.alloc(end - start);
    await file.read(tail, 0, tail.length, start);
    const newline = tail.lastIndexOf(NEWLINE);
    if (newline >= 0) return start + newline + 1;
  }
  return 0;
}
