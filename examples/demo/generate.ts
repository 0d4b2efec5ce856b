/** Writes the data of the demonstration: what each organisation holds, what scores the result, and the canary set. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { Random } from '../../shared/learning/random.ts';
import { ATTACKS, type Attack, attackFlow } from './attacks.ts';
import { chance, choose } from './choice.ts';
import type { Flow } from './kinds-of-traffic.ts';
import { type Organisation, ordinaryFlow, organisations } from './traffic.ts';

export interface GenerateOptions {
  readonly dir: string;
  readonly organisations?: number;
  /** Mean rows of an organisation; they range from two thirds to four thirds of it. */
  readonly rows?: number;
  readonly seed?: number;
}

export interface Generated {
  /** Names, in order: DIR/<name>.csv and DIR/<name>.incidents.csv. */
  readonly organisations: readonly string[];
  readonly testFile: string;
  readonly canaryFile: string;
}

export const FEATURES = [
  'protocol',
  'service',
  'flag',
  'port_class',
  'duration',
  'bytes_out',
  'bytes_in',
  'packets_out',
  'packets_in',
  'flows',
  'peers',
  'ports',
  'same_service_rate',
  'refused_rate',
  'interval',
  'interval_spread',
  'encrypted',
  'outbound',
  'night',
] as const satisfies readonly (keyof Flow)[];

const WHOLE_NUMBERS: ReadonlySet<string> = new Set([
  'bytes_out',
  'bytes_in',
  'packets_out',
  'packets_in',
  'flows',
  'peers',
  'ports',
]);

/** Share of an organisation's normal test rows that is another's kind of traffic: what sharing is for. */
const FOREIGN_SHARE = 0.18;
const TEST_NORMALS = 700;
const TEST_ATTACKS = 50;
const INCIDENTS = 60;
const CANARY_NORMALS = 150;
const CANARY_ATTACKS = 25;
/** In nobody's incidents and in no canary: the test must hold something that no one has seen. */
const UNSEEN = 'beacon';

/** Deterministic: the same options, the same bytes. */
export async function generate(options: GenerateOptions): Promise<Generated> {
  const { dir, organisations: count = 8, rows = 15_000, seed = 1 } = options;
  await mkdir(dir, { recursive: true });
  const members = organisations(count, new Random('demo/organisations', seed));
  const known = ATTACKS.filter((attack) => attack.label !== UNSEEN);
  const testFile = join(dir, 'test.csv');
  const canaryFile = join(dir, 'canary.csv');
  for (const [index, member] of members.entries()) {
    const random = new Random(`demo/${member.name}`, seed);
    const held = Math.round(rows * (2 / 3 + (2 / 3) * random.uniform()));
    await writeLines(join(dir, `${member.name}.csv`), FEATURES.join(','), normalLines(held, member, random));
    // Each has met two of the known kinds, so that no organisation knows them all and each is known to some.
    const met = known.filter(
      (_, place) => place === index % known.length || place === (index + 2) % known.length,
    );
    const incidents = incidentLines(met, member, new Random(`demo/${member.name}/incidents`, seed));
    await writeLines(
      join(dir, `${member.name}.incidents.csv`),
      `${FEATURES.join(',')},label,category`,
      incidents,
    );
  }
  await writeLines(
    testFile,
    `org,${FEATURES.join(',')},label,category,attack`,
    testLines(members, new Random('demo/test', seed)),
  );
  await writeLines(
    canaryFile,
    `${FEATURES.join(',')},label,category,contributor`,
    canaryLines(members, known, new Random('demo/canary', seed)),
  );
  return { organisations: members.map((member) => member.name), testFile, canaryFile };
}

function* normalLines(rows: number, { mix }: Organisation, random: Random): Generator<string> {
  for (let row = 0; row < rows; row += 1) yield cells(ordinaryFlow(mix, random));
}

function* incidentLines(attacks: readonly Attack[], member: Organisation, random: Random): Generator<string> {
  for (const attack of attacks) {
    for (let row = 0; row < INCIDENTS; row += 1)
      yield `${attackCells(attack, member, random)},${attack.label},${attack.category}`;
  }
}

function* canaryLines(
  members: readonly Organisation[],
  attacks: readonly Attack[],
  random: Random,
): Generator<string> {
  for (const member of members) {
    for (let row = 0; row < CANARY_NORMALS; row += 1)
      yield `${cells(ordinaryFlow(member.mix, random))},normal,normal,${member.name}`;
    for (const attack of attacks) {
      for (let row = 0; row < CANARY_ATTACKS; row += 1)
        yield `${attackCells(attack, member, random)},${attack.label},${attack.category},${member.name}`;
    }
  }
}

function* testLines(members: readonly Organisation[], random: Random): Generator<string> {
  for (const member of members) {
    const others = members.filter((other) => other !== member);
    for (let row = 0; row < TEST_NORMALS; row += 1) {
      const foreign = others.length > 0 && chance(random, FOREIGN_SHARE);
      const { mix } = foreign
        ? choose(
            random,
            others.map((other) => [other, 1]),
          )
        : member;
      yield `${member.name},${cells(ordinaryFlow(mix, random))},normal,normal,0`;
    }
    for (const attack of ATTACKS) {
      for (let row = 0; row < TEST_ATTACKS; row += 1) {
        yield `${member.name},${attackCells(attack, member, random)},${attack.label},${attack.category},1`;
      }
    }
  }
}

function attackCells(attack: Attack, { mix }: Organisation, random: Random): string {
  return cells(attackFlow(attack, ordinaryFlow(mix, random), random));
}

function cells(flow: Flow): string {
  return FEATURES.map((name) => cell(name, flow[name])).join(',');
}

function cell(name: string, value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value === 'string') return value;
  return String(WHOLE_NUMBERS.has(name) ? Math.round(value) : Number(value.toPrecision(4)));
}

async function writeLines(path: string, header: string, lines: Iterable<string>): Promise<void> {
  const file = createWriteStream(path);
  file.write(`${header}\n`);
  for (const line of lines) {
    if (!file.write(`${line}\n`)) await once(file, 'drain');
  }
  file.end();
  await finished(file);
}
