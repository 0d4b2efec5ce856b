/** The rows of a folder's organisations, dealt out anew: whoever holds which row must not matter to sums. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../../shared/learning/random.ts';

/** Rows to learn from: neither incidents nor what scores the result. */
const ORGANISATION = /^(?!test\.csv$|canary\.csv$)[^.]+\.csv$/;

/**
 * Deals every normal row of `from` at random to `count` organisations `dealt-01.csv`, … in `to`, each about as many.
 * Incidents stay behind; `test.csv` comes along as it is. Deterministic in the seed. Returns the rows dealt.
 */
export function dealRows(from: string, to: string, count: number, seed = 1): number {
  mkdirSync(to, { recursive: true });
  const tables = readdirSync(from)
    .filter((name) => ORGANISATION.test(name))
    .sort()
    .map((name) => readFileSync(join(from, name), 'utf8').trimEnd().split('\n'));
  const header = tables[0]?.[0] ?? '';
  const rows = tables.flatMap((lines) => lines.slice(1));
  const random = new Random('deal', seed);
  const hands: string[][] = Array.from({ length: count }, () => []);
  for (const row of rows) hands[Math.floor(random.uniform() * count)]?.push(row);
  hands.forEach((hand, at) => {
    const name = `dealt-${String(at + 1).padStart(2, '0')}.csv`;
    writeFileSync(join(to, name), `${[header, ...hand].join('\n')}\n`);
  });
  copyFileSync(join(from, 'test.csv'), join(to, 'test.csv'));
  return rows.length;
}
