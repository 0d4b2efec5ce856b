/**
 * A vector cut into stripes of columns. What is summed over columns is summed in each stripe and then over the stripes
 * in their order: the stripes are fixed by the layout alone, so that neither memory nor threads change a bit.
 */
import { elementsOf, type Layout } from '../../../shared/tensors/tensor.ts';

export const STRIPE_COLUMNS = 65_536;

/** Columns `from` to `from + columns` of the flat vector; they belong to one tensor. */
export interface Stripe {
  readonly from: number;
  readonly columns: number;
  /** Index of the tensor in the layout. */
  readonly tensor: number;
}

/** What is done to one stripe; it holds memory of the kernels until the next pass is begun on this thread. */
export interface Pass<Result> {
  run(stripe: Stripe): Result;
  close(): void;
}

export function stripesOf(layout: Layout): Stripe[] {
  const stripes: Stripe[] = [];
  let begin = 0;
  layout.forEach((spec, tensor) => {
    const end = begin + elementsOf(spec);
    for (let from = begin; from < end; from += STRIPE_COLUMNS)
      stripes.push({ from, columns: Math.min(STRIPE_COLUMNS, end - from), tensor });
    begin = end;
  });
  return stripes;
}

/** Runs a pass over all stripes in this thread and closes it. */
export function runHere<Result>(
  pass: Pass<Result>,
  stripes: readonly Stripe[],
  fold: (result: Result, stripe: Stripe) => void,
): void {
  try {
    for (const stripe of stripes) fold(pass.run(stripe), stripe);
  } finally {
    pass.close();
  }
}
