import { printable } from './run-program.ts';

/** A column: its heading, what it shows of a row, and on which side it lines up. */
export interface Column<Row> {
  readonly heading: string;
  readonly show: (row: Row) => string;
  readonly align?: 'right';
}

/** Rows as aligned text, headings first; `none` when there are no rows. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[], none: string): string {
  if (rows.length === 0) return none;
  const cells = rows.map((row) => columns.map(({ show }) => printable(show(row)).replaceAll('\n', ' ')));
  const widths = columns.map(({ heading }, at) =>
    Math.max(heading.length, ...cells.map((line) => line[at]?.length ?? 0)),
  );
  const layOut = (line: readonly string[]) =>
    line
      .map((cell, at) =>
        columns[at]?.align === 'right' ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [layOut(columns.map(({ heading }) => heading)), ...cells.map(layOut)].join('\n');
}
