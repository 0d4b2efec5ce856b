/** Where the reference material stands, when this machine has it. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Absolute path of a file or folder in `../shared` beside the project root, e.g. `data/nsl-kdd` or
 * `vectors/aggregators.json`; undefined when absent. In CI with VEDETTE_REQUIRE_ALL=1 an absent one is an error: a skip must not pass for a success there.
 */
export function referenceData(path: string): string | undefined {
  const full = fileURLToPath(new URL(`../../../shared/${path}`, import.meta.url));
  if (existsSync(full)) return full;
  if (process.env.CI === 'true' && process.env.VEDETTE_REQUIRE_ALL === '1') {
    throw new Error(`reference data ${path} is required here and absent`);
  }
  console.log(`skipped: reference data ${path} is not on this machine`);
  return undefined;
}
