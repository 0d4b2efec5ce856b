/** How far a grid is, line by line. */
import type { Cell } from './cell.ts';
import { attackersText } from './summary.ts';

export class Progress {
  readonly #say: (line: string) => void;
  readonly #total: number;
  readonly #startedMs = performance.now();
  readonly #before: number;
  #done: number;

  /** @param before cells that were there already */
  constructor(say: (line: string) => void, total: number, before: number) {
    this.#say = say;
    this.#total = total;
    this.#before = before;
    this.#done = before;
    if (before > 0) say(`${before} of ${total} cells are there already`);
  }

  tell(cell: Cell): void {
    this.#done += 1;
    const { attack, policy, attackers, seed, auroc, seconds, failed } = cell;
    const who = attackers === 0 ? '' : `, ${attackersText(attackers)}`;
    const told = `${attack} × ${policy}${who}, seed ${seed}: AUROC ${auroc.toFixed(4)} in ${seconds.toFixed(1)} s`;
    const why = failed === null ? '' : `, no model: ${failed}`;
    this.#say(`${this.#done} of ${this.#total}  ${told}${why}${this.#left()}`);
  }

  #left(): string {
    const left = this.#total - this.#done;
    if (left === 0) return '';
    const perCellMs = (performance.now() - this.#startedMs) / (this.#done - this.#before);
    return ` (about ${roughly(left * perCellMs)} left)`;
  }
}

/** Seconds below two minutes, minutes below an hour and a half, then hours. */
export function roughly(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}
