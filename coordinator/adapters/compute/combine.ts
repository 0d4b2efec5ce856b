/**
 * Combines the updates of a round by the federation's rule, by columns: memory is one tile a thread, however many
 * updates there are and however long they are. Rules that need inner products take a pass for them and one for the result.
 */
import type { RuleSpec } from '../../../shared/federation/schema.ts';
import { elementsIn, type Layout } from '../../../shared/tensors/tensor.ts';
import { fillTensorFile } from '../../../shared/tensors/tensor-file.ts';
import { guardRule, needsOf, planOf } from '../../core/aggregators/registry.ts';
import type { Matrix, Needs, Reference, RuleInput } from '../../core/aggregators/rule.ts';
import { CombinePass } from './combine-pass.ts';
import { GramPass } from './gram-pass.ts';
import { GramTotal } from './gram-total.ts';
import { runStripes } from './stripe-threads.ts';
import { runHere, stripesOf } from './stripes.ts';
import type { RowSource } from './tile.ts';

export interface CombineInput {
  /** Sorted by member id; the order fixes the bytes. */
  readonly contributions: readonly Contribution[];
  readonly rule: RuleSpec;
  readonly layout: Layout;
  /** The references that there are; a rule takes those it needs. */
  readonly references?: References;
  readonly seed: number;
  /** See `TILE_BYTES`. */
  readonly tileBytes?: number | undefined;
}

export interface Contribution {
  readonly update: RowSource;
  /** Samples counted. */
  readonly weight: number;
  /** Cap on influence, in (0, 1]. */
  readonly influence: number;
  /** Names the first of those that are all but the same; undefined: it is no copy. */
  readonly copyOf?: string | undefined;
}

export type References = { readonly [Name in Reference]?: RowSource | undefined };

export interface Combined {
  /** L2 norm of the combined vector. */
  readonly norm: number;
  /** Part of each contribution, in the order given; they sum to 1. */
  readonly shares: readonly number[];
}

/**
 * Writes the combined vector to `out`, durable at return, over threads as `runStripes` says. The bytes depend on
 * neither their number nor the size of a tile. Refuses `rule_breakdown`, `update_shape`, `disk_full`, `compute_failed`.
 */
export async function combineFiles(
  input: CombineInput & { readonly out: string; readonly threads?: number },
): Promise<Combined> {
  const { layout, out, tileBytes, threads } = input;
  const rows = rowsOf(input);
  const stripes = stripesOf(layout);
  const total = new GramTotal(rows.sources.length);
  if (rows.gram) {
    const spec = { sources: rows.sources, layout, profiled: 0, tileBytes };
    await runStripes('gram', spec, stripes, ({ gram }) => total.add(gram), threads);
  }
  const plan = planOf(input.rule, ruleInput(input, rows, total));
  const squares = await fillTensorFile(out, layout, async (sink) => {
    let sum = 0;
    const spec = { sources: rows.sources, layout, plan, tileBytes };
    const append = (stripe: { values: Float32Array; squares: number }) => {
      sink.append(stripe.values);
      sum += stripe.squares;
    };
    await runStripes('combine', spec, stripes, append, threads);
    return sum;
  });
  return { norm: Math.sqrt(squares), shares: plan.shares };
}

/** The same in this thread, at once and in memory. Refuses `rule_breakdown` and `update_shape`. */
export function combineTensors(input: CombineInput): Combined & { readonly values: Float32Array } {
  const { layout, tileBytes } = input;
  const rows = rowsOf(input);
  const { sources } = rows;
  const stripes = stripesOf(layout);
  const total = new GramTotal(sources.length);
  if (rows.gram) {
    const pass = new GramPass({ sources, layout, profiled: 0, tileBytes });
    runHere(pass, stripes, ({ gram }) => total.add(gram));
  }
  const plan = planOf(input.rule, ruleInput(input, rows, total));
  const values = new Float32Array(elementsIn(layout));
  let sum = 0;
  runHere(new CombinePass({ sources, layout, plan, tileBytes }), stripes, (part, { from }) => {
    values.set(part.values, from);
    sum += part.squares;
  });
  return { values, norm: Math.sqrt(sum), shares: plan.shares };
}

interface PlannedRows {
  /** The updates, then the references. */
  readonly sources: readonly RowSource[];
  readonly references: readonly Reference[];
  readonly gram: boolean;
}

/** Refuses `rule_breakdown` before anything is read. */
function rowsOf({ rule, contributions, references = {} }: CombineInput): PlannedRows {
  guardRule(
    rule,
    contributions.map(({ weight }) => weight),
  );
  const needs: Needs = needsOf(rule);
  const there = needs.references.flatMap((name) => {
    const source = references[name];
    return source === undefined ? [] : [{ name, source }];
  });
  return {
    sources: [...contributions.map(({ update }) => update), ...there.map(({ source }) => source)],
    references: there.map(({ name }) => name),
    gram: needs.gram,
  };
}

function ruleInput({ contributions, seed }: CombineInput, rows: PlannedRows, total: GramTotal): RuleInput {
  const gram: Matrix = rows.gram ? total.matrix() : [];
  return {
    weights: contributions.map(({ weight }) => weight),
    influence: contributions.map(({ influence }) => influence),
    copies: contributions.map(({ copyOf }, index) =>
      copyOf === undefined ? index : contributions.findIndex((other) => other.copyOf === copyOf),
    ),
    gram,
    references: rows.references,
    seed,
  };
}
