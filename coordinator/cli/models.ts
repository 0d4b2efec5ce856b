import type { Command } from 'commander';
import { Refusal } from '../../shared/refusal.ts';
import { wholeNumber } from '../../shared/terminal/number-arguments.ts';
import { say } from '../../shared/terminal/run-program.ts';
import { type Column, table } from '../../shared/terminal/table.ts';
import type { ModelVersion } from '../../shared/wire/generated/vedette/v1/ModelVersion.ts';
import type { Evaluation } from '../core/events.ts';
import { asOperator, CONTROL } from './connect.ts';
import { withJournal } from './journal-source.ts';
import { type Common, withCommon } from './options.ts';

/** Versions are 32 bits wide on the wire. */
const versionNumber = wholeNumber(1, 2 ** 32 - 1);

const COLUMNS: readonly Column<ModelVersion>[] = [
  { heading: 'MODEL', show: ({ model }) => (model?.version ? `v${model.version}` : '–') },
  { heading: 'STATE', show: ({ state }) => state },
  { heading: 'RUN', show: ({ run }) => run },
  { heading: 'WEIGHTS', show: ({ model }) => model?.weights.slice(0, 12) ?? '' },
  {
    heading: 'THRESHOLD',
    show: ({ model }) => (model?.threshold ? model.threshold.toPrecision(5) : '–'),
    align: 'right',
  },
  { heading: 'CANARY', show: ({ evaluation }) => canaryText(evaluation), align: 'right' },
  { heading: 'NODES', show: ({ running }) => String(running), align: 'right' },
  { heading: 'CREATED', show: ({ createdAt }) => createdAt.slice(0, 19) },
  { heading: 'REASON', show: ({ reason }) => reason },
];

export function addModelCommands(program: Command): void {
  const models = program.command('models').description('candidates and published versions');

  withCommon(
    models.command('list', { isDefault: true }).description('every version, and what waits or was rejected'),
    'vedette-coordinator models',
  ).action(async (options: Common) => {
    const { models: versions, current } = await versionsOf(options);
    say(options.json, { models: versions.map(withEvaluation), current }, () =>
      table(versions, COLUMNS, 'no model yet; open a run'),
    );
  });

  withCommon(
    models.command('show').description('one version: threshold, votes, canary'),
    'vedette-coordinator models show 1',
  )
    .argument('<version>', 'its number', versionNumber)
    .action(async (version: number, options: Common) => {
      const { models: versions } = await versionsOf(options);
      const one = versions.find(({ model }) => model?.version === version);
      if (!one) throw new Refusal('model_missing', `there is no version ${version}`, { version });
      say(options.json, withEvaluation(one), () => showText(one));
    });

  addDecision(models, 'promote', 'make the candidate that waits the model');
  addDecision(models, 'reject', 'drop the candidate that waits');

  withCommon(
    models.command('rollback').description('put an earlier version back in use; nodes swap to it'),
    "vedette-coordinator models rollback 1 --reason 'false alarms at mail since v2'",
  )
    .argument('<version>', 'its number', versionNumber)
    .option('--reason <text>', 'kept in the journal')
    .action(async (version: number, options: Common & { reason?: string }) => {
      const request = { version, reason: options.reason ?? '' };
      const reply = await asOperator(options, (connection) => connection.unary(CONTROL.Rollback, request));
      say(options.json, reply, () => `v${reply.current} is in use`);
    });

  withCommon(models.command('verify'), 'vedette-coordinator models verify 2')
    .argument('[version]', 'its number; default: the one in use', versionNumber)
    .description('recompute the weights from the members’ updates, bit for bit (on the coordinator’s host)')
    .action((version: number | undefined, options: Common) =>
      withJournal(options, async (journal) => {
        // Loaded here: no other command computes.
        const { recomputeModel } = await import('./recompute.ts');
        const verified = await recomputeModel(options, journal, version);
        say(
          options.json,
          verified,
          () =>
            `v${verified.version} holds: ${verified.updates} updates in ${verified.rounds} rounds give ${verified.weights}`,
        );
      }),
    );
}

function versionsOf(options: Common) {
  return asOperator(options, (connection) => connection.unary(CONTROL.ModelVersions, {}));
}

function addDecision(models: Command, decision: 'promote' | 'reject', description: string): void {
  withCommon(
    models.command(decision).description(description),
    `vedette-coordinator models ${decision} --reason 'AUROC discussed on Tuesday'`,
  )
    .option('--reason <text>', 'kept in the journal and, when promoted, in the manifest')
    .action(async (options: Common & { reason?: string }) => {
      const request = { decision, reason: options.reason ?? '' };
      const reply = await asOperator(options, (connection) =>
        connection.unary(CONTROL.DecideCandidate, request),
      );
      say(options.json, reply, () =>
        decision === 'promote'
          ? `the candidate of ${reply.run} becomes v${reply.version}`
          : `the candidate of ${reply.run} was rejected`,
      );
    });
}

function evaluationOf(text: string): Evaluation | undefined {
  return text ? (JSON.parse(text) as Evaluation) : undefined;
}

function withEvaluation(version: ModelVersion) {
  return { ...version, evaluation: evaluationOf(version.evaluation) ?? null };
}

function canaryText(evaluation: string): string {
  const canary = evaluationOf(evaluation)?.canary;
  return canary ? canary.auroc.toFixed(4) : '–';
}

function showText(version: ModelVersion): string {
  const evaluation = evaluationOf(version.evaluation);
  const families = Object.entries(evaluation?.canary?.families ?? {});
  return [
    `v${version.model?.version} (${version.state}) of ${version.run}, ${version.createdAt}`,
    `  weights   ${version.model?.weights}`,
    `  manifest  ${version.model?.manifest}`,
    `  threshold ${version.model?.threshold} (${evaluation?.thresholdRule})`,
    ...(evaluation?.reports ?? []).map(
      ({ member, p99 }) => `    ${member.padEnd(20)} p99 ${p99.toPrecision(6)}`,
    ),
    `  votes     ${evaluation?.approvals} approve, ${evaluation?.objections} object`,
    ...(evaluation?.canary
      ? [
          `  canary    AUROC ${evaluation.canary.auroc.toFixed(4)}, AP ${evaluation.canary.ap.toFixed(4)} (${evaluation.canary.anomalies} anomalies, ${evaluation.canary.normals} normals)`,
        ]
      : []),
    ...families.map(([family, auroc]) => `    ${family.padEnd(20)} ${auroc.toFixed(4)}`),
  ].join('\n');
}
