/** A search along a line for attacks that know what their strength does. */

export interface LineSearch {
  /** Evaluations in all. */
  readonly evaluations: number;
  readonly start: number;
  /** First stride: doubled while it gets better, then times `ratio` after every trial. */
  readonly delta: number;
  readonly ratio: number;
}

/**
 * The best strength found: strides double as long as they help, then shrink. Allouah et al., Fixing by Mixing,
 * AISTATS 2023, section 6.
 */
export async function strongest(
  harm: (strength: number) => Promise<number>,
  { evaluations, start, delta, ratio }: LineSearch,
): Promise<number> {
  let best = { strength: start, harm: await harm(start) };
  let stride = delta;
  let growing = true;
  for (let trial = 1; trial < evaluations; trial += 1) {
    const strength = best.strength + stride;
    const tried = await harm(strength);
    const better = tried > best.harm;
    if (better) best = { strength, harm: tried };
    growing &&= better;
    stride *= growing ? 2 : ratio;
  }
  return best.strength;
}
