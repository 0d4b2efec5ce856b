/** The lab from options to reports: its own composition root. */
import { createHash } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { federationDigest, parseFederation } from '../../shared/federation/load.ts';
import { type Federation, FederationSchema } from '../../shared/federation/schema.ts';
import { Refusal } from '../../shared/refusal.ts';
import { SOFTWARE } from '../../shared/software.ts';
import { type AssumedByPolicy, assumedBy, attackersAmong } from './attackers.ts';
import { ATTACKS, attacksAgainst, NO_ATTACK } from './attacks/registry.ts';
import { canaryData } from './canary-data.ts';
import { CANARIES_PER_LABEL, CANARY_NORMALS } from './cast.ts';
import { type Cell, type LabSettings, labPolicy } from './cell.ts';
import { CellStore, type Fingerprint } from './cell-store.ts';
import { readDataFolder } from './data-folder.ts';
import { type Grid, keyOf, plansOf } from './grid.ts';
import { familiesOf, type LabData } from './lab-data.ts';
import { playCells } from './play-cells.ts';
import { NO_POLICY } from './policies.ts';
import { Progress } from './progress.ts';
import { heatMapOf } from './report-heat-map.ts';
import { markdownOf } from './report-markdown.ts';

export interface LabOptions {
  readonly data?: string;
  readonly federation?: string;
  readonly canary?: string;
  readonly model?: 'christoffel' | 'autoencoder';
  /** Names, or `all`. */
  readonly attacks: readonly string[];
  readonly policies: readonly string[];
  /** Default: what a policy assumes by default among so many members, at most two. */
  readonly attackers?: readonly number[];
  /** Gradient rounds. */
  readonly rounds?: number;
  /** How many; they are 1, 2, … */
  readonly seeds: number;
  readonly families?: readonly string[];
  readonly json?: string;
  /** Where the reports go: `<out>.md` and `<out>.svg`. */
  readonly out?: string;
  readonly workers?: number;
  readonly signal: AbortSignal;
  /** Told how far the grid is. */
  readonly say: (line: string) => void;
}

export interface LabReport {
  readonly cells: readonly Cell[];
  /** Cells that were asked for. */
  readonly asked: number;
  readonly markdown: string;
}

/** Rounds of an autoencoder where neither a file nor an option says: they converge on the reference data. */
const ROUNDS = 150;

/** Refuses `usage` for names it does not know, with those it knows, and for cells kept with other settings. */
export async function runLab(options: LabOptions): Promise<LabReport> {
  requireFolders(options);
  const file = await federationFile(options.federation);
  const data = await dataOf(options, file);
  const settings = settingsOf(options, data, file);
  const grid = gridOf(options, data, settings);
  const plans = plansOf(grid);
  const assumed = assumedBy(settings, grid.policies, data.members.length);
  const store = new CellStore(options.json, fingerprintOf(data, settings, { grid, assumed }));
  const missing = plans.filter((plan) => store.get(keyOf(plan)) === undefined);
  const progress = new Progress(options.say, plans.length, plans.length - missing.length);
  await playCells({
    task: { data, settings },
    plans: missing,
    workers: options.workers,
    signal: options.signal,
    onCell: (cell) => {
      store.add(cell);
      progress.tell(cell);
    },
  });
  const cells = plans.flatMap((plan) => store.get(keyOf(plan)) ?? []);
  const intro = introOf(data, settings, grid);
  const markdown = markdownOf(cells, intro, assumed);
  if (cells.length === plans.length) {
    await store.finish({ software: SOFTWARE, grid }, plans.map(keyOf));
    writeReports(options, markdown, heatMapOf(cells, intro[0] ?? ''));
  }
  return { cells, asked: plans.length, markdown };
}

/** Known before hours of cells are played, not after. */
function requireFolders(options: LabOptions): void {
  for (const path of [options.json, stemOf(options)]) {
    if (path === undefined || existsSync(dirname(resolve(path)))) continue;
    throw new Refusal('usage', `there is no folder ${dirname(path)} to write ${path} to`, { path });
  }
}

function stemOf({ out, json }: LabOptions): string | undefined {
  return out ?? json?.replace(/\.json$/, '');
}

function writeReports(options: LabOptions, markdown: string, svg: string): void {
  const stem = stemOf(options);
  if (stem === undefined) return;
  writeFileSync(`${stem}.md`, markdown);
  writeFileSync(`${stem}.svg`, svg);
}

async function federationFile(path: string | undefined): Promise<Federation | undefined> {
  if (path === undefined) return undefined;
  try {
    return parseFederation(await readFile(path, 'utf8'), path);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal('federation_invalid', `${path} cannot be read`, { path });
  }
}

async function dataOf({ data, canary }: LabOptions, file: Federation | undefined): Promise<LabData> {
  if (data !== undefined) {
    const holdBack = file?.threshold.holdBack ?? FederationSchema.shape.threshold.parse(undefined).holdBack;
    return readDataFolder(data, { features: file?.features, holdBack });
  }
  if (file !== undefined && canary !== undefined) return canaryData(file, canary);
  throw new Refusal('usage', 'rows are needed: --data DIR, or --federation FILE with --canary FILE');
}

function settingsOf({ model, rounds }: LabOptions, data: LabData, file: Federation | undefined): LabSettings {
  const base = file ?? { federation: 'lab', features: data.features };
  const chosen = modelOf(model, rounds, file);
  const federation = FederationSchema.parse({ ...base, canary: undefined, model: chosen });
  return { federation, fromFile: file !== undefined };
}

/** The file's own model, or the family named at its defaults; `rounds` of gradients, where it has them. */
function modelOf(
  name: LabOptions['model'],
  rounds: number | undefined,
  file: Federation | undefined,
): Record<string, unknown> {
  const own = name === undefined || name === file?.model.family ? file?.model : undefined;
  const family = own?.family ?? name ?? 'christoffel';
  if (family === 'christoffel') return own ?? { family };
  return own ? { ...own, ...(rounds === undefined ? {} : { rounds }) } : { family, rounds: rounds ?? ROUNDS };
}

function gridOf(options: LabOptions, data: LabData, settings: LabSettings): Grid {
  const { policies, seeds } = options;
  for (const policy of policies) labPolicy(settings, policy, 1);
  return {
    attacks: attacksNamed(options.attacks, settings),
    policies,
    attackers: attackersAmong(data.members.length, options.attackers),
    seeds: Array.from({ length: seeds }, (_, at) => at + 1),
    families: familiesNamed(options.families, data),
  };
}

function attacksNamed(names: readonly string[], { federation }: LabSettings): string[] {
  const known = [NO_ATTACK, ...ATTACKS.map(({ name }) => name)];
  const kind = federation.model.family === 'autoencoder' ? 'gradients' : 'sums';
  const all = attacksAgainst(kind).map(({ name }) => name);
  const chosen = names.flatMap((name) => (name === 'all' ? all : [name]));
  requireKnown('attack', chosen, known);
  return [...new Set(chosen)];
}

function familiesNamed(names: readonly string[] | undefined, data: LabData): string[] {
  const known = familiesOf(data);
  requireKnown('family', names ?? [], known);
  return names === undefined ? known.slice(0, 1) : [...names];
}

function requireKnown(what: string, names: readonly string[], known: readonly string[]): void {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new Refusal('usage', `no ${what} ${JSON.stringify(unknown)}; known: ${known.join(', ')}`);
}

/** What cells must have in common to be compared; a policy's contents under its name. */
function fingerprintOf(
  data: LabData,
  settings: LabSettings,
  { grid, assumed }: { readonly grid: Grid; readonly assumed: AssumedByPolicy },
): Fingerprint {
  const { model } = settings.federation;
  return {
    data: `${data.name} ${digestOf(data)}`,
    model: JSON.stringify(model),
    federation: federationDigest(settings.federation).slice(0, 16),
    canaries: `${CANARIES_PER_LABEL} a label, ${CANARY_NORMALS} normals a member`,
    ...Object.fromEntries(
      [...new Set([NO_POLICY, ...grid.policies])].map((name) => [
        `policy ${name}`,
        federationDigest(labPolicy(settings, name, 1).federation).slice(0, 16),
      ]),
    ),
    ...Object.fromEntries([...assumed].map(([name, f]) => [`outliers assumed by ${name}`, String(f)])),
  };
}

function digestOf({ members, incidents, tests }: LabData): string {
  const hash = createHash('sha256');
  for (const { name, train, heldBack } of members) hash.update(name).update(train.data).update(heldBack.data);
  for (const { rows, labels } of [incidents, ...tests]) hash.update(rows.data).update(labels.join());
  return hash.digest('hex').slice(0, 16);
}

function introOf(data: LabData, { federation }: LabSettings, { seeds, families }: Grid): string[] {
  const { model } = federation;
  const rounds = model.family === 'autoencoder' ? `, ${model.rounds} gradient rounds` : '';
  return [
    `${data.name}: ${data.members.length} members, ${model.family}${rounds}, ${seeds.length} ${seeds.length === 1 ? 'seed' : 'seeds'}, hidden family ${families.join(', ')}`,
    `Canaries: up to ${CANARIES_PER_LABEL} rows of each kind of anomaly, in turns from the members that met with it, and up to ${CANARY_NORMALS} held-back normals of each member. Attackers poison with other rows than those, and no row that scores is a canary, trained on or poisoned with. ${SOFTWARE}.`,
  ];
}
