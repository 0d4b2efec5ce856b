/** Carries out plans in memory and in float64, as they are defined and without any thought for speed. */
import { BEFORE, needsOf, planOf } from '../../coordinator/core/aggregators/registry.ts';
import type {
  Kernel,
  Matrix,
  Plan,
  PreAggregation,
  Reference,
  RuleInput,
} from '../../coordinator/core/aggregators/rule.ts';
import type { PreAggregationSpec, RuleSpec } from '../../shared/federation/schema.ts';

export interface Around {
  readonly weights?: readonly number[];
  readonly influence?: readonly number[];
  readonly copies?: readonly number[];
  readonly previous?: readonly number[];
  readonly root?: readonly number[];
  readonly seed?: number;
}

/** What the rule makes of the updates. */
export function aggregate(spec: RuleSpec, updates: Matrix, around: Around = {}): number[] {
  const rows = [...updates, ...referencesFor(spec, around).map(({ row }) => row)];
  return runPlan(planFor(spec, updates, around), rows);
}

export function planFor(spec: RuleSpec, updates: Matrix, around: Around = {}): Plan {
  const references = referencesFor(spec, around);
  const rows = [...updates, ...references.map(({ row }) => row)];
  return planOf(
    spec,
    inputOf(
      updates,
      around,
      references.map(({ name }) => name),
      needsOf(spec).gram ? gramOf(rows) : [],
    ),
  );
}

/** The rows a step hands on. */
export function mixed(step: PreAggregationSpec, updates: Matrix, around: Around = {}): number[][] {
  const gram = gramOf(updates);
  const { mix } = BEFORE[step.rule] as PreAggregation<PreAggregationSpec>;
  const rows = mix(step, { count: updates.length, gram }, inputOf(updates, around, [], gram));
  return rows.map((coefficients) => mixture(coefficients, updates));
}

export function runPlan(plan: Plan, rows: Matrix): number[] {
  if (plan.kind === 'linear') return mixture(plan.coefficients, rows);
  const seen = plan.mix?.map((coefficients) => mixture(coefficients, rows)) ?? rows;
  return (seen[0] ?? []).map((_, column) =>
    runKernel(
      plan.kernel,
      seen.map((row) => row[column] ?? Number.NaN),
    ),
  );
}

export function gramOf(rows: Matrix): number[][] {
  return rows.map((a) => rows.map((b) => dot(a, b)));
}

export function distance(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(...a.map((value, index) => value - (b[index] ?? Number.NaN)));
}

function referencesFor(spec: RuleSpec, around: Around): { name: Reference; row: readonly number[] }[] {
  return needsOf(spec).references.flatMap((name) => {
    const row = around[name];
    return row === undefined ? [] : [{ name, row }];
  });
}

function inputOf(
  updates: Matrix,
  { weights, influence, copies, seed = 1 }: Around,
  references: readonly Reference[],
  gram: Matrix,
): RuleInput {
  return {
    weights: weights ?? updates.map(() => 1),
    influence: influence ?? updates.map(() => 1),
    ...(copies ? { copies } : {}),
    gram,
    references,
    seed,
  };
}

function runKernel(kernel: Kernel, column: readonly number[]): number {
  const sorted = [...column].sort((a, b) => a - b);
  const half = sorted.length / 2;
  const middle = mean(sorted.slice(Math.ceil(half) - 1, Math.floor(half) + 1));
  switch (kernel.kernel) {
    case 'median':
      return middle;
    case 'trimmed-mean':
      return mean(sorted.slice(kernel.trim, sorted.length - kernel.trim));
    case 'mean-around-median': {
      const nearest = sorted.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle) || a - b);
      return mean(nearest.slice(0, kernel.keep));
    }
  }
}

function mixture(coefficients: readonly number[], rows: Matrix): number[] {
  return (rows[0] ?? []).map((_, column) =>
    dot(
      coefficients,
      rows.map((row) => row[column] ?? Number.NaN),
    ),
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? Number.NaN), 0);
}
