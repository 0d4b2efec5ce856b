/** A small data folder for the lab: three kinds of traffic, two kinds of anomaly, five organisations. */
import { Random } from '../../shared/learning/random.ts';
import { type DataFolder, dataFolder } from './data-folder.ts';

const HEADER = 'bytes,rate,service,night';
const SERVICES = ['web', 'mail', 'dns'];
const ORGANISATIONS = ['alpha', 'beta', 'delta', 'gamma', 'omega'];

function normal(random: Random, kind: number): string {
  const bytes = Math.exp(3 + 2 * kind + 0.3 * random.normal());
  const rate = Math.min(1, Math.max(0, 0.2 + 0.2 * kind + 0.05 * random.normal()));
  return `${bytes.toFixed(2)},${rate.toFixed(3)},${SERVICES[kind]},${Number(random.uniform() < 0.2 * kind)}`;
}

function anomaly(random: Random, label: string): string {
  const bytes = label === 'flood' ? 90_000 + 5_000 * random.normal() : 1 + random.uniform();
  const rate = label === 'flood' ? 0.97 : 0.9 + 0.02 * random.normal();
  return `${bytes.toFixed(2)},${rate.toFixed(3)},${label === 'flood' ? 'web' : 'dns'},1`;
}

export function labFolder(rows = 160): DataFolder {
  const folder = dataFolder();
  const random = new Random('lab folder', 1);
  const mixed = () => normal(random, random.below(SERVICES.length));
  const lines = (count: number, line: () => string) => Array.from({ length: count }, line);
  ORGANISATIONS.forEach((name, at) => {
    const skewed = () => normal(random, random.uniform() < 0.6 ? at % SERVICES.length : random.below(3));
    folder.write(`${name}.csv`, [HEADER, ...lines(rows, skewed), ''].join('\n'));
    const incidents = ['flood', 'scan'].flatMap((label) =>
      lines(30, () => `${anomaly(random, label)},${label},attack`),
    );
    folder.write(`${name}.incidents.csv`, [`${HEADER},label,category`, ...incidents, ''].join('\n'));
  });
  const tests = [
    ...lines(120, () => `alpha,${mixed()},normal,normal,0`),
    ...lines(40, () => `alpha,${anomaly(random, 'flood')},flood,attack,1`),
    ...lines(40, () => `alpha,${anomaly(random, 'scan')},scan,attack,1`),
  ];
  folder.write('test.csv', [`org,${HEADER},label,category,attack`, ...tests, ''].join('\n'));
  return folder;
}
