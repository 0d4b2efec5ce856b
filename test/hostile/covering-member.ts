/**
 * A consortium of eight that sums. Seven hold traffic of their own; eve's rows hold port scans beside it, as if they
 * were normal. Scans are among the canaries, and none of them came from her.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../../shared/learning/random.ts';
import { type Consortium, definition, enrolMembers, foundConsortium } from '../support/small-consortium.ts';

export const HONEST = ['ada', 'bob', 'cyd', 'dan', 'fay', 'gus', 'hal'];
export const COVERING = 'eve';

const ROWS = 240;
/** More than `checks.audit.leastCanaries`. */
const SCANS = 40;
const NORMALS_OF_EACH = 20;
const HEADER = 'bytes,rate,service,night';

/** Its coordinator's home; nobody has joined. */
export async function foundCovered(folder: string): Promise<Consortium> {
  writeFileSync(join(folder, 'known.csv'), canaries());
  return foundConsortium(
    folder,
    definition({ model: { family: 'christoffel', features: 64 }, canary: { file: 'known.csv' } }),
  );
}

/** All eight, each with its rows, while the coordinator serves. */
export async function enrolCovered(founded: Consortium): Promise<Consortium> {
  const consortium = await enrolMembers(founded, [...HONEST, COVERING]);
  for (const member of consortium.members.keys())
    writeFileSync(join(consortium.folder, `${member}.csv`), `${HEADER}\n${rowsOf(member).join('\n')}\n`);
  return consortium;
}

function rowsOf(member: string): string[] {
  const own = normals(member, 'rows', ROWS);
  return member === COVERING ? [...own, ...scans('rows', ROWS)] : own;
}

function canaries(): string {
  const given = [...HONEST, COVERING].flatMap((member) =>
    normals(member, 'canaries', NORMALS_OF_EACH).map((row) => `${row},normal,known,${member}`),
  );
  const known = scans('canaries', SCANS).map((row, at) => `${row},scan,known,${HONEST[at % HONEST.length]}`);
  return `${HEADER},label,category,contributor\n${[...given, ...known].join('\n')}\n`;
}

function normals(member: string, purpose: string, count: number): string[] {
  const random = new Random(`${purpose} of ${member}`, 1);
  return Array.from({ length: count }, () => {
    const bytes = Math.round(Math.exp(7 + random.normal()));
    const mail = random.uniform() < 0.3;
    return rowText(bytes, (mail ? 0.1 : 0.3) * random.uniform(), mail, random.uniform() < 0.3);
  });
}

/** Hardly a byte each, all but always an answer, at night. */
function scans(purpose: string, count: number): string[] {
  const random = new Random(`scans among ${purpose}`, 1);
  return Array.from({ length: count }, () =>
    rowText(1 + random.below(20), 0.9 + 0.1 * random.uniform(), true, true),
  );
}

function rowText(bytes: number, rate: number, mail: boolean, night: boolean): string {
  return `${bytes},${rate.toFixed(4)},${mail ? 'mail' : 'web'},${night ? 1 : 0}`;
}
