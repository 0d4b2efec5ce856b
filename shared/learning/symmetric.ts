/**
 * Symmetric matrices in float64: packed upper triangles, Cholesky factors and their inverses (Golub and Van Loan,
 * Matrix Computations, 4.2). Fixed order of operations: same input, same bytes. n³/3 multiplications each.
 */

/** Elements of a packed upper triangle of side n. */
export function triangleLength(side: number): number {
  return (side * (side + 1)) / 2;
}

/** Row by row from the diagonal to the right, as packed, to a full n × n matrix, row-major. */
export function unpackTriangle(packed: ArrayLike<number>, side: number): Float64Array {
  const full = new Float64Array(side * side);
  let at = 0;
  for (let i = 0; i < side; i += 1) {
    for (let j = i; j < side; j += 1) {
      const value = packed[at] ?? 0;
      full[i * side + j] = value;
      full[j * side + i] = value;
      at += 1;
    }
  }
  return full;
}

/** The upper triangle of a full matrix, row by row, added to `into`. */
export function addTriangle(full: ArrayLike<number>, side: number, into: Float64Array): void {
  let at = 0;
  for (let i = 0; i < side; i += 1) {
    for (let j = i; j < side; j += 1) {
      into[at] = (into[at] ?? 0) + (full[i * side + j] ?? 0);
      at += 1;
    }
  }
}

/**
 * L with A + shift I = L Lᵀ, lower triangular, row-major; undefined when that is not positive definite.
 * @param full A, side × side, row-major; left as it is
 */
export function choleskyOf(full: Float64Array, side: number, shift: number): Float64Array | undefined {
  const lower = new Float64Array(side * side);
  for (let i = 0; i < side; i += 1) {
    const rowI = i * side;
    for (let j = 0; j < i; j += 1) {
      const rest = (full[rowI + j] ?? 0) - innerProduct(lower, rowI, j * side, j);
      lower[rowI + j] = rest / (lower[j * side + j] ?? 1);
    }
    const pivot = (full[rowI + i] ?? 0) + shift - innerProduct(lower, rowI, rowI, i);
    if (!(pivot > 0)) return undefined;
    lower[rowI + i] = Math.sqrt(pivot);
  }
  return lower;
}

/** Σ over `length` elements of the products of two runs in the same array. */
function innerProduct(values: Float64Array, fromA: number, fromB: number, length: number): number {
  let sum = 0;
  for (let k = 0; k < length; k += 1) sum += (values[fromA + k] ?? 0) * (values[fromB + k] ?? 0);
  return sum;
}

/** (L⁻¹)ᵀ of a lower triangular L: upper triangular, row-major. */
export function transposedInverse(lower: Float64Array, side: number): Float64Array {
  const inverse = new Float64Array(side * side);
  // Column c of L⁻¹ by forward substitution, kept as row c of the result, so that the inner loop runs along rows.
  for (let c = 0; c < side; c += 1) {
    const row = c * side;
    for (let i = c; i < side; i += 1) {
      const rowI = i * side;
      let rest = i === c ? 1 : 0;
      for (let k = c; k < i; k += 1) rest -= (lower[rowI + k] ?? 0) * (inverse[row + k] ?? 0);
      inverse[row + i] = rest / (lower[rowI + i] ?? 1);
    }
  }
  return inverse;
}
