/** What members compute: the family's own training, remembered where it does not depend on chance. */
import { createHash } from 'node:crypto';
import type { LocalResult, RoundStep, RowBatch, RowSource } from '../../shared/learning/family.ts';
import type { TensorSet } from '../../shared/tensors/tensor.ts';
import { sourceOf } from '../adapters/compute/canary-rows.ts';

/** Results kept; the oldest goes first. */
const MOST_KEPT = 400;

/** One for each worker thread: rounds of statistics are the same in every cell until somebody tampers with them. */
export class Training {
  readonly #kept = new Map<string, Promise<LocalResult>>();
  readonly #names = new WeakMap<RowBatch, string>();
  readonly #sources = new WeakMap<RowBatch, RowSource>();

  /** `baseDigest` names the base; sums and statistics depend on it and on the rows alone. */
  train(
    step: RoundStep,
    rows: RowBatch,
    base: TensorSet,
    baseDigest: string,
    seed: number,
  ): Promise<LocalResult> {
    const run = () => step.train(this.#sourceOf(rows), { base, seed, progress: () => undefined });
    if (step.combineBy === 'federation-rule') return run();
    const key = `${step.kind}/${baseDigest}/${this.#nameOf(rows)}`;
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    const trained = run();
    this.#kept.set(key, trained);
    return trained;
  }

  #nameOf(rows: RowBatch): string {
    const known = this.#names.get(rows) ?? createHash('sha256').update(rows.data).digest('hex');
    this.#names.set(rows, known);
    return known;
  }

  #sourceOf(rows: RowBatch): RowSource {
    const known = this.#sources.get(rows) ?? sourceOf(rows);
    this.#sources.set(rows, known);
    return known;
  }
}
