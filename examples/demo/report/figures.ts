/** How the tables write numbers. */

/** A number that does not exist, or was not measured. */
export const NONE = '–';

/** A measure in [0, 1], four places. */
export function share(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? NONE : value.toFixed(4);
}

/** Five digits that count. */
export function number(value: number): string {
  return String(Number(value.toPrecision(5)));
}

export function percent(part: number): string {
  return `${Number((100 * part).toFixed(part < 0.1 ? 1 : 0))} %`;
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
