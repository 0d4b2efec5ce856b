/** How far long work has come, on stderr: one line that changes on a terminal, a line now and then elsewhere. */

const TERMINAL_EVERY_MS = 100;
const ELSEWHERE_EVERY_MS = 10_000;
const CLEAR_LINE = '\r\u001b[2K';

export class ProgressLine {
  readonly #stream: Pick<NodeJS.WriteStream, 'write' | 'isTTY'>;
  readonly #now: () => number;
  #lastMs: number;
  #shown = false;

  constructor(
    stream: Pick<NodeJS.WriteStream, 'write' | 'isTTY'> = process.stderr,
    now = () => performance.now(),
  ) {
    this.#stream = stream;
    this.#now = now;
    // On a terminal the first line comes at once; in a log only work that lasts is worth a line.
    this.#lastMs = stream.isTTY ? Number.NEGATIVE_INFINITY : now();
  }

  update(text: string): void {
    const everyMs = this.#stream.isTTY ? TERMINAL_EVERY_MS : ELSEWHERE_EVERY_MS;
    if (this.#now() - this.#lastMs < everyMs) return;
    this.#lastMs = this.#now();
    this.#stream.write(this.#stream.isTTY ? `${CLEAR_LINE}${text}` : `${text}\n`);
    this.#shown = true;
  }

  /** Leaves the terminal clean. */
  done(): void {
    if (this.#stream.isTTY && this.#shown) this.#stream.write(CLEAR_LINE);
  }
}

/** 1.5 MB of 40 MB */
export function bytesOf(moved: number, whole: number): string {
  return `${megabytes(moved)} of ${megabytes(whole)} MB`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
