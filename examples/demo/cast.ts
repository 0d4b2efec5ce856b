/** Who takes part in a demonstration, and what they hold. */
import { fileURLToPath } from 'node:url';
import type { Federation } from '../../shared/federation/schema.ts';
import { Refusal } from '../../shared/refusal.ts';
import { INTEGRATOR } from './consortium.ts';
import { deriveFederation } from './federation-file.ts';
import { generate } from './generate.ts';
import { cutTest, type Organisation, organisationsIn, type TestSlice } from './material.ts';
import { type DemoOptions, GENERATED_CLIENTS } from './options.ts';
import { counted } from './report/figures.ts';
import type { Stage } from './stage.ts';

const OWN_FEDERATION = fileURLToPath(new URL('federation.yaml', import.meta.url));
/** Fewer than these, and one attacker is not outvoted. */
const OUTVOTED_FROM = 4;

export interface Cast {
  readonly organisations: readonly Organisation[];
  readonly attackers: ReadonlySet<string>;
  readonly federation: Federation;
  readonly slices: readonly TestSlice[];
}

/** Generates the data unless there is some, and cuts it. Refuses `usage`, `data_missing`, `federation_invalid`. */
export async function prepare(options: DemoOptions, stage: Stage): Promise<Cast> {
  const folder = options.data ?? stage.data;
  const generated = options.data === undefined;
  const made = generated
    ? await generate({
        dir: folder,
        organisations: options.clients ?? GENERATED_CLIENTS,
        ...(options.seed === undefined ? {} : { seed: options.seed }),
      })
    : undefined;
  const organisations = organisationsIn(folder, options.clients);
  const names = organisations.map(({ name }) => name);
  const attackers = attackersAmong(names, options);
  const federation = deriveFederation(options.federation ?? OWN_FEDERATION, stage.federationFile, {
    ...options,
    clients: names.length,
    attackers: attackers.size,
    canary: made?.canaryFile,
  });
  return { organisations, attackers, federation, slices: cutTest(folder, names, INTEGRATOR, stage.slice) };
}

/** The last of the organisations. Refuses `usage` when nobody would be left. */
function attackersAmong(names: readonly string[], { data, attackers }: DemoOptions): ReadonlySet<string> {
  const count = attackers ?? (data === undefined && names.length >= OUTVOTED_FROM ? 1 : 0);
  if (count >= names.length) {
    throw new Refusal(
      'usage',
      `--attackers ${count} of ${names.length} organisations: at least one must be honest`,
      { attackers: count, bound: names.length - 1 },
    );
  }
  return new Set(names.slice(names.length - count));
}

export function describeCast({ organisations, attackers, slices }: Cast): string {
  const rows = slices.reduce((sum, slice) => sum + slice.rows.length, 0);
  const attack = attackers.size > 0 ? `; ${[...attackers].join(' and ')} will attack` : '';
  return `${counted(organisations.length, 'organisation')}, ${rows} rows to score with${attack}`;
}
