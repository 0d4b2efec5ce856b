/** How far a grid is, line by line. */
import type { Cell } from './cell.ts';

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
    const { attack, policy, attackers, seed, auroc, seconds } = cell;
    const who = attackers === 0 ? '' : `, ${attackers} ${attackers === 1 ? 'attacker' : 'attackers'}`;
    const told = `${attack} × ${policy}${who}, seed ${seed}: AUROC ${auroc.toFixed(4)} in ${seconds.toFixed(1)} s`;
    this.#say(`${this.#done} of ${this.#total}  ${told}${this.#left()}`);
  }

  #left(): string {
    const left = this.#total - this.#done;
    if (left === 0) return '';
    const perCellMs = (performance.now() - this.#startedMs) / (this.#done - this.#before);
    const minutes = Math.ceil((left * perCellMs) / 60_000);
    return minutes < 90 ? ` (about ${minutes} min left)` : ` (about ${(minutes / 60).toFixed(1)} h left)`;
  }
}
