/** Tells what happens while it happens: one line that changes on a terminal, few lines elsewhere. All on stderr. */
import type { Ink } from './ink.ts';

const TERMINAL_EVERY_MS = 80;
const ELSEWHERE_EVERY_MS = 10_000;
const CLEAR_LINE = '\r\u001b[2K';
const MARGIN = 2;

type Screen = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>;

export class Narrator {
  readonly #screen: Screen;
  readonly #ink: Ink;
  readonly #now: () => number;
  readonly #startMs: number;
  #stage = '';
  #stageMs: number;
  #lastMs = 0;

  constructor(screen: Screen, ink: Ink, now = () => performance.now()) {
    this.#screen = screen;
    this.#ink = ink;
    this.#now = now;
    this.#startMs = now();
    this.#stageMs = this.#startMs;
  }

  /** Seconds since the beginning. */
  get seconds(): number {
    return (this.#now() - this.#startMs) / 1000;
  }

  /** Says what is done during the work, and what was done after it. */
  async stage<T>(name: string, work: () => Promise<T>, done: (result: T) => string): Promise<T> {
    this.#stage = name;
    this.#stageMs = this.#now();
    this.#lastMs = this.#stageMs;
    if (this.#screen.isTTY) this.#draw('…');
    const result = await work();
    const took = `${((this.#now() - this.#stageMs) / 1000).toFixed(1)} s`.padStart(7);
    this.#line(`${this.#ink.strong(name.padEnd(13))}${done(result)}  ${this.#ink.faint(took)}`);
    return result;
  }

  /** How far the stage is. Elsewhere than on a terminal it is said now and then, or always if it is `worth` a line. */
  progress(text: string, worth = false): void {
    const now = this.#now();
    const everyMs = this.#screen.isTTY ? TERMINAL_EVERY_MS : ELSEWHERE_EVERY_MS;
    if (!worth && now - this.#lastMs < everyMs) return;
    this.#lastMs = now;
    if (this.#screen.isTTY) this.#draw(text);
    else this.#screen.write(`${' '.repeat(13)}${text}\n`);
  }

  /** Leaves no half line behind. */
  silence(): void {
    if (this.#screen.isTTY) this.#screen.write(CLEAR_LINE);
  }

  #draw(text: string): void {
    const seconds = ((this.#now() - this.#stageMs) / 1000).toFixed(0);
    const line = `${this.#stage.padEnd(13)}${text}  ${seconds} s`;
    this.#screen.write(`${CLEAR_LINE}${line.slice(0, (this.#screen.columns ?? 80) - MARGIN)}`);
  }

  #line(text: string): void {
    this.#screen.write(`${this.#screen.isTTY ? CLEAR_LINE : ''}${text}\n`);
  }
}
