/** Columns of a terminal that text for people is made for. */
export const TEXT_COLUMNS = 100;

/** Long lines broken at blanks; what follows is indented four more than the line. */
export function wrapped(line: string, columns = TEXT_COLUMNS): string {
  const indent = ' '.repeat((/^ */.exec(line)?.[0].length ?? 0) + 4);
  const broken: string[] = [];
  let rest = line;
  while (rest.length > columns) {
    const at = rest.lastIndexOf(' ', columns);
    if (at <= indent.length) break;
    broken.push(rest.slice(0, at));
    rest = `${indent}${rest.slice(at + 1)}`;
  }
  return [...broken, rest].join('\n');
}
