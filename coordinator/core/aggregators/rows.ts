/** From updates to the rows a rule sees, and from its plan over rows back to the updates. */
import { corner, diagonal, mixGram, mixRows, sumOf, withRest } from './geometry.ts';
import type { Matrix, Plan, RowPlan, Rows, RuleInput } from './rule.ts';

/** Rows as mixtures of those before, which hold no references. */
export type Mixing = (rows: { readonly count: number; readonly gram: Matrix }) => Matrix;

/** Below this cap an update does not count where counting in part is not possible. */
const LEAST_INFLUENCE = 0.5;

/**
 * The rows of a rule that cannot weigh: updates whose cap on influence is below a half are left out, unless all are, and
 * copies are one row, their mean. Undefined when that is all updates as they are.
 */
export function countedRows({ weights, influence, copies }: RuleInput): Matrix | undefined {
  const all = weights.map((_, index) => index);
  const heard = all.filter((index) => (influence[index] ?? 1) >= LEAST_INFLUENCE);
  const groups = new Map<number, number[]>();
  for (const index of heard.length > 0 ? heard : all) {
    const first = copies?.[index] ?? index;
    groups.set(first, [...(groups.get(first) ?? []), index]);
  }
  if (groups.size === all.length) return undefined;
  return [...groups.values()].map((group) =>
    all.map((index) => (group.includes(index) ? 1 / group.length : 0)),
  );
}

/** Caps on influence with the share that each copy has in that of one. */
export function shared(input: RuleInput): RuleInput {
  const { influence, copies } = input;
  if (copies === undefined) return input;
  return {
    ...input,
    influence: influence.map((cap, index) => cap / copies.filter((first) => first === copies[index]).length),
  };
}

/** The updates, mixed step by step; the references pass by untouched. */
export function rowsOf(
  { weights, gram, references }: RuleInput,
  first: Matrix | undefined,
  steps: readonly Mixing[],
  needsGram: boolean,
): Rows {
  const all = weights.length + references.length;
  if (needsGram && gram.length !== all)
    throw new RangeError(`inner products of ${gram.length} rows, ${all} are needed`);
  const updates = Array.from({ length: all }, () => 1);
  const identity: Rows = { count: weights.length, mix: diagonal(updates), gram: needsGram ? gram : [] };
  return steps.reduce(
    (rows, step) => mixed(rows, step({ count: rows.count, gram: corner(rows.gram, rows.count) })),
    first === undefined ? identity : mixed(identity, first),
  );
}

function mixed(rows: Rows, mix: Matrix): Rows {
  const whole = withRest(mix, rows.count, rows.mix.length - rows.count);
  return {
    count: mix.length,
    mix: mixRows(whole, rows.mix),
    gram: rows.gram.length === 0 ? [] : mixGram(whole, rows.gram),
  };
}

/** Shares are what the updates' coefficients amount to, without sign; references have none. */
export function planBack(plan: RowPlan, rows: Rows, { weights }: RuleInput): Plan {
  if (plan.kind === 'linear') {
    const [coefficients = []] = mixRows([plan.coefficients], rows.mix);
    return { kind: 'linear', coefficients, shares: sharesOf([coefficients], weights.length) };
  }
  const mix = plan.rows.map((index) => rows.mix[index] ?? []);
  return {
    kind: 'columns',
    mix: isIdentity(mix, weights.length) ? undefined : mix,
    kernel: plan.kernel,
    shares: sharesOf(mix, weights.length),
  };
}

/** Sum to 1, also when every row is empty of updates: then none is preferred. */
function sharesOf(mix: Matrix, updates: number): number[] {
  const parts = Array.from({ length: updates }, (_, index) =>
    sumOf(mix.map((row) => Math.abs(row[index] ?? 0))),
  );
  const total = sumOf(parts);
  return parts.map((part) => (total > 0 ? part / total : 1 / updates));
}

/** Every update once, in order, unscaled, and nothing else. */
function isIdentity(mix: Matrix, updates: number): boolean {
  return mix.length === updates && mix.every((row, i) => row.every((value, j) => value === Number(i === j)));
}
