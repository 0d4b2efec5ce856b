/**
 * A comparator network that, for n values, brings the `trim` smallest to the front, the `trim` largest to the back, and
 * those between in ascending order. It has no branch on data, and so sorts a block of columns at a time, one
 * comparator over the whole block.
 */

/** Positions to bring in order, as flat pairs (a₀, b₀, a₁, b₁, …): afterwards the smaller value stands at a. */
export type Comparators = Uint16Array;

/**
 * Batcher's odd-even merge sort (Knuth, The Art of Computer Programming 3, 5.2.2, algorithm M) for n values, without
 * the comparators that only put values in order among those trimmed at one end.
 */
export function selectionNetwork(n: number, trim: number): Comparators {
  // Backwards: two positions are interchangeable as long as no later comparator, nor the result, tells them apart.
  let unique = n;
  const roles = Array.from({ length: n }, (_, position) => {
    if (position < trim) return 0;
    return position >= n - trim ? n - 1 : position;
  });
  const kept: number[] = [];
  for (const [low, high] of oddEvenMergeSort(n).reverse()) {
    if (roles[low] === roles[high]) continue;
    kept.push(high, low);
    roles[low] = unique++;
    roles[high] = unique++;
  }
  return Uint16Array.from(kept.reverse());
}

function oddEvenMergeSort(n: number): [number, number][] {
  const top = 2 ** Math.ceil(Math.log2(Math.max(n, 2)) - 1);
  const pairs: [number, number][] = [];
  for (let size = top; size >= 1; size /= 2) {
    let [span, rest, distance] = [top, 0, size];
    for (;;) {
      for (let i = 0; i < n - distance; i++) if ((i & size) === rest) pairs.push([i, i + distance]);
      if (span === size) break;
      distance = span - size;
      span /= 2;
      rest = size;
    }
  }
  return pairs;
}
