/** How numbers stand in messages. */

/** Three significant digits. */
export function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** Two significant digits, or as many as it takes for a number beyond the bound not to read like the bound. */
export function tellApart(value: number, bound: number): string {
  for (let digits = 2; digits < 17; digits += 1) {
    const rounded = Number(value.toPrecision(digits));
    if (rounded !== bound) return String(rounded);
  }
  return String(value);
}
