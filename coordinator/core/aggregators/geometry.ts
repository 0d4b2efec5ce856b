/** Distances and lengths of points known by their inner products alone. All in float64. */
import type { Matrix } from './rule.ts';

/** n × n: ‖xᵢ − xⱼ‖² = Gᵢᵢ + Gⱼⱼ − 2 Gᵢⱼ; rounding may take it below 0, which counts as 0. */
export function squaredDistances(gram: Matrix): number[][] {
  const squares = gram.map((row, i) => row[i] ?? 0);
  return gram.map((row, i) =>
    row.map((product, j) => Math.max(0, (squares[i] ?? 0) + (squares[j] ?? 0) - 2 * product)),
  );
}

export function lengths(gram: Matrix): number[] {
  return gram.map((row, i) => Math.sqrt(Math.max(0, row[i] ?? 0)));
}

/** The same points and the zero vector as the last. */
export function withOrigin(gram: Matrix): Matrix {
  return [...gram.map((row) => [...row, 0]), Array.from({ length: gram.length + 1 }, () => 0)];
}

/**
 * Distance of every point from z = Σ cⱼ xⱼ, Σ c = 1: ‖z − xᵢ‖² = Σⱼ cⱼ Dᵢⱼ − ½ Σⱼₖ cⱼ cₖ Dⱼₖ, D the squared
 * distances. Unlike the form by inner products it does not lose digits when the points are far from zero.
 */
export function distancesFrom(coefficients: readonly number[], squared: Matrix): number[] {
  const means = squared.map((row) => dot(row, coefficients));
  const spread = dot(means, coefficients) / 2;
  return means.map((mean) => Math.sqrt(Math.max(0, mean - spread)));
}

/** Indices of the smallest values, ascending; of equal ones the lowest index first. */
export function smallest(values: readonly number[], count: number): number[] {
  return [...values.keys()].sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0) || a - b).slice(0, count);
}

/** The middle value, or the mean of the middle two. */
export function middleOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}

export function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}

export function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** P · M. Zeros of P cost nothing, so that scaling and grouping rows stays cheap. */
export function mixRows(mix: Matrix, matrix: Matrix): number[][] {
  const width = matrix[0]?.length ?? 0;
  return mix.map((coefficients) => {
    const row = new Array<number>(width).fill(0);
    coefficients.forEach((coefficient, index) => {
      if (coefficient !== 0) addScaled(row, coefficient, matrix[index] ?? []);
    });
    return row;
  });
}

/** P · G · Pᵀ: inner products of the mixed points, mirrored so that ties stay ties. */
export function mixGram(mix: Matrix, gram: Matrix): number[][] {
  const products = mixRows(mix, transpose(mixRows(mix, gram)));
  return products.map((row, i) => row.map((value, j) => (j < i ? (products[j]?.[i] ?? 0) : value)));
}

export function diagonal(values: readonly number[]): Matrix {
  return values.map((value, i) => values.map((_, j) => (i === j ? value : 0)));
}

/** `mix` over the first rows, the `extra` after them as they are. */
export function withRest(mix: Matrix, width: number, extra: number): Matrix {
  const none = Array.from({ length: extra }, () => 0);
  const rest = none.map((_, i) =>
    Array.from({ length: width + extra }, (_value, j) => (j === width + i ? 1 : 0)),
  );
  return [...mix.map((row) => [...row, ...none]), ...rest];
}

/** n rows and columns from the top left. */
export function corner(gram: Matrix, n: number): Matrix {
  return gram.slice(0, n).map((row) => row.slice(0, n));
}

function addScaled(into: number[], factor: number, row: readonly number[]): void {
  for (let index = 0; index < into.length; index++)
    into[index] = (into[index] ?? 0) + factor * (row[index] ?? 0);
}

function transpose(matrix: Matrix): number[][] {
  return (matrix[0] ?? []).map((_, j) => matrix.map((row) => row[j] ?? 0));
}
