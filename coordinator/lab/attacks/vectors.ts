/** Arithmetic over flat updates, in float64. */

/** An update as one flat vector, in the order of its layout. */
export type Vector = ArrayLike<number>;

export function meanOf(vectors: readonly Vector[]): Float64Array {
  const mean = new Float64Array(vectors[0]?.length ?? 0);
  for (const vector of vectors) addScaled(mean, vector, 1 / vectors.length);
  return mean;
}

/** The standard deviation of each element, with n − 1 in the denominator; 0 for a single vector. */
export function deviationOf(vectors: readonly Vector[]): Float64Array {
  const mean = meanOf(vectors);
  const squares = new Float64Array(mean.length);
  for (const vector of vectors) {
    for (let at = 0; at < squares.length; at += 1) {
      squares[at] = (squares[at] ?? 0) + ((vector[at] ?? 0) - (mean[at] ?? 0)) ** 2;
    }
  }
  return squares.map((sum) => Math.sqrt(sum / Math.max(1, vectors.length - 1)));
}

export function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
}

export function normOf(vector: Vector): number {
  return Math.sqrt(dot(vector, vector));
}

export function squaredDistance(a: Vector, b: Vector): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += ((a[at] ?? 0) - (b[at] ?? 0)) ** 2;
  return sum;
}

/** `target` += factor · vector */
export function addScaled(target: Float64Array, vector: Vector, factor: number): void {
  for (let at = 0; at < target.length; at += 1) target[at] = (target[at] ?? 0) + factor * (vector[at] ?? 0);
}

export function scaled(vector: Vector, factor: number): Float64Array {
  return Float64Array.from(vector, (value) => value * factor);
}

/** a + factor · b */
export function plus(a: Vector, b: Vector, factor = 1): Float64Array {
  const sum = Float64Array.from(a);
  addScaled(sum, b, factor);
  return sum;
}

/** The vector at this length; zero stays zero. */
export function atLength(vector: Vector, length: number): Float64Array {
  const norm = normOf(vector);
  return scaled(vector, norm > 0 ? length / norm : 0);
}

/** The largest ‖xᵢ − xⱼ‖² over all pairs. */
export function squaredDiameter(vectors: readonly Vector[]): number {
  return Math.max(0, ...vectors.flatMap((a, i) => vectors.slice(0, i).map((b) => squaredDistance(a, b))));
}
