/** What to try after the demonstration. */
import { relative } from 'node:path';
import type { Ink } from '../ink.ts';
import type { Outcome } from '../results.ts';

export function nextText(outcome: Outcome, ink: Ink): string {
  return outcome.stage.kept ? keptText(outcome, ink) : againText(outcome, ink);
}

function againText({ federation }: Outcome, ink: Ink): string {
  const other = federation.model.family === 'christoffel' ? 'autoencoder' : 'christoffel';
  const commands: readonly (readonly [string, string])[] = [
    ['demo -- --keep ./federation', 'keeps homes, data, scores and model, and says what to do with them'],
    [
      `demo -- --family ${other}`,
      other === 'autoencoder' ? 'a network, trained in many short rounds' : 'sums, in one round',
    ],
    ['coordinator -- --help', 'what an operator can do'],
    ['client -- --help', 'what a member or an integrator can do'],
    ['lab -- --help', 'what attacks of other kinds do to which policy'],
  ];
  const width = Math.max(...commands.map(([command]) => command.length));
  return commands.map(([command, what]) => `npm run ${command.padEnd(width)}  ${ink.faint(what)}`).join('\n');
}

function keptText({ stage, organisations, options, refused }: Outcome, ink: Ink): string {
  const [member = ''] = organisations;
  const [kind] = refused;
  const shown = `${kind?.first.round ?? 1} --update ${kind?.member ?? member}`;
  const coordinator = near(stage.coordinator);
  const node = near(stage.node(member));
  const commands: readonly (readonly [string, string])[] = [
    [
      'the journal, entry by entry, against its signed head',
      `coordinator -- journal verify --home ${coordinator}`,
    ],
    [
      'every round again, from measures to weights, bit for bit',
      `coordinator -- rounds verify --all --home ${coordinator}`,
    ],
    [
      'the weights again from the updates of the members, bit for bit',
      `coordinator -- models verify --home ${coordinator}`,
    ],
    ['the release, offline', `client -- verify ${near(stage.model)} --home ${near(stage.integrator)}`],
    [`the alerts of ${member}`, `client -- score ${near(stage.slice(member))} --home ${node}`],
    ['its receipts, each with its place in the journal', `client -- receipts --verify --home ${node}`],
    ['the coordinator again, to ask and to go on with', `coordinator -- serve --home ${coordinator}`],
    [
      'beside it: one round, every update with its verdict',
      `coordinator -- rounds show 1 --home ${coordinator}`,
    ],
    ['and everything measured of one update', `coordinator -- rounds show ${shown} --home ${coordinator}`],
    ['who belongs to it, and how each stands', `coordinator -- members --home ${coordinator}`],
  ];
  return [
    `Everything is in ${near(stage.folder)}: coordinator, nodes, integrator, model, test slices and scores, logs.`,
    ...(options.json === undefined ? [] : [`The figures are in ${options.json}.`]),
    ...commands.flatMap(([what, command]) => ['', ink.faint(what), `  npm run --silent ${command}`]),
  ].join('\n');
}

function near(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith('..') ? path : fromHere || '.';
}
