import { Refusal } from '../refusal.ts';

/** Iterates, and refuses `deadline` when the next item takes longer than `stallMs`. The consumer's own time is free. */
export async function* withoutStall<Item>(
  items: AsyncIterable<Item>,
  stallMs: number,
): AsyncGenerator<Item, void> {
  const iterator = items[Symbol.asyncIterator]();
  try {
    while (true) {
      const next = await withinTime(iterator.next(), stallMs);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    // Not awaited: an iterator that stalls in `next` answers `return` only afterwards.
    iterator.return?.().catch(() => {});
  }
}

/** The promise, or a refusal `deadline` when it takes longer than `limitMs`. */
export async function withinTime<Value>(promise: Promise<Value>, limitMs: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const stalled = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Refusal('deadline', `nothing moved for ${limitMs / 1000} s`)),
      limitMs,
    );
  });
  try {
    return await Promise.race([promise, stalled]);
  } finally {
    clearTimeout(timer);
  }
}
