/** The ten clients of N-BaIoT (FedMSE's split) as a data folder of the demonstration, and the federation they form. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { stringify } from 'yaml';

const CLIENTS = 10;
const FEATURES = Array.from({ length: 115 }, (_, at) => `f${at}`);

/** Clients that have abnormal rows: the others cannot be scored. */
export function writeNBaiot(from: string, to: string): { federationFile: string; scorable: string[] } {
  mkdirSync(to, { recursive: true });
  const test = [['org', ...FEATURES, 'label', 'category', 'attack'].join(',')];
  const scorable: string[] = [];
  for (let client = 1; client <= CLIENTS; client++) {
    const name = `client-${client}`;
    const rowsOf = (part: string) => readRows(join(from, `client-${client}-${part}.csv.gz`));
    writeFileSync(join(to, `${name}.csv`), [FEATURES.join(','), ...rowsOf('normal'), ''].join('\n'));
    for (const row of rowsOf('test_normal')) test.push(`${name},${row},normal,normal,0`);
    const abnormal = rowsOf('abnormal');
    for (const row of abnormal) test.push(`${name},${row},botnet,botnet,1`);
    if (abnormal.length > 0) scorable.push(name);
  }
  writeFileSync(join(to, 'test.csv'), `${test.join('\n')}\n`);
  const federationFile = join(to, 'federation.yaml');
  const features = FEATURES.map((name) => ({ name, type: 'numeric' }));
  writeFileSync(
    federationFile,
    stringify({ federation: 'n-baiot', features, model: { family: 'christoffel' } }),
  );
  return { federationFile, scorable };
}

function readRows(path: string): string[] {
  if (!existsSync(path)) return [];
  return gunzipSync(readFileSync(path)).toString('utf8').trim().split('\n');
}
