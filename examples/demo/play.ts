/** The demonstration from beginning to end. */
import { type Cast, describeCast, prepare } from './cast.ts';
import { Consortium } from './consortium.ts';
import { followRun, type RoundBase } from './follow-run.ts';
import type { Narrator } from './narrator.ts';
import type { DemoOptions } from './options.ts';
import type { Processes, Service } from './processes.ts';
import { counted } from './report/figures.ts';
import { collect, type Outcome } from './results.ts';
import type { Stage } from './stage.ts';

export async function play(
  options: DemoOptions,
  stage: Stage,
  processes: Processes,
  narrator: Narrator,
): Promise<Outcome> {
  const cast = await narrator.stage('data', () => prepare(options, stage), describeCast);
  const { federation, organisations } = cast;
  const consortium = new Consortium(processes, stage);
  const serving = await narrator.stage(
    'coordinator',
    () => consortium.found(),
    ({ endpoint, backend }) =>
      `serves ${federation.federation} at ${endpoint}, over TLS; algebra by ${backend}`,
  );
  const nodes = await narrator.stage(
    'members',
    () => gather(consortium, cast, narrator),
    () => `${counted(organisations.length, 'organisation')} invited, enrolled, approved and following`,
  );
  const bases = await narrator.stage(
    'run',
    () => run(consortium, cast, nodes, narrator, processes),
    (all) =>
      `${counted(all.length, 'round')}, one ${federation.model.family} model, installed by every member`,
  );
  return await narrator.stage(
    'results',
    () => collect({ options, stage, processes, narrator, consortium, cast, serving, bases }),
    () => 'pulled, verified and scored',
  );
}

async function gather(
  consortium: Consortium,
  { organisations, attackers }: Cast,
  narrator: Narrator,
): Promise<Service[]> {
  let enrolled = 0;
  await Promise.all(
    organisations.map(async (organisation) => {
      await consortium.enrol(organisation);
      enrolled += 1;
      narrator.progress(`${enrolled} of ${organisations.length} enrolled`);
    }),
  );
  await consortium.approve(organisations.map(({ name }) => name));
  let following = 0;
  return await Promise.all(
    organisations.map(async ({ name }) => {
      const node = await consortium.takePart(name, attackers.has(name));
      following += 1;
      narrator.progress(`${following} of ${organisations.length} follow`);
      return node;
    }),
  );
}

async function run(
  consortium: Consortium,
  { federation }: Cast,
  nodes: readonly Service[],
  narrator: Narrator,
  processes: Processes,
): Promise<RoundBase[]> {
  await consortium.openRun();
  const bases = await followRun(consortium, federation, narrator);
  await processes.guard(Promise.all(nodes.map(({ done }) => done)));
  return bases;
}
