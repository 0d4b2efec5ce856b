/**
 * What a family reaches on the reference data, in one process, and what its rounds cost.
 *
 *   tsx bench/learning.ts --set orgs|orgs-pure|n-baiot --family christoffel|autoencoder
 *                         [--rule trimmed-mean|weighted-mean] [--rounds N] [--attackers N] [--seed N]
 *
 * Attackers send their updates times −10. Prints one JSON line at every hundredth round and one at the end.
 */
import { parseArgs } from 'node:util';
import { loadBackend } from '../shared/learning/backend.ts';
import { evaluateModel } from '../test/support/evaluate-model.ts';
import { runFederation } from '../test/support/federated-run.ts';
import { referenceData } from '../test/support/reference-data.ts';
import { federationOf, loadNBaIot, loadNslKdd, type ReferenceSet } from '../test/support/reference-sets.ts';

const { values: options } = parseArgs({
  options: {
    set: { type: 'string', default: 'orgs-pure' },
    family: { type: 'string', default: 'christoffel' },
    rule: { type: 'string', default: 'trimmed-mean' },
    rounds: { type: 'string', default: '500' },
    attackers: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
  },
});

function load(name: string): ReferenceSet | undefined {
  if (name === 'n-baiot') {
    const folder = referenceData('data/n-baiot/noniid-10-Client_Data');
    return folder === undefined ? undefined : loadNBaIot(folder);
  }
  const folder = referenceData(`data/nsl-kdd/${name}`);
  return folder === undefined ? undefined : loadNslKdd(folder);
}

async function measure(set: ReferenceSet): Promise<void> {
  const rounds = options.family === 'autoencoder' ? { rounds: Number(options.rounds) } : {};
  const federation = federationOf(set.features, { family: options.family, ...rounds }, Number(options.seed));
  const attackers = Number(options.attackers);
  const ratios = { least: Number.POSITIVE_INFINITY, largest: 0 };
  const backend = await loadBackend();
  const started = process.cpuUsage();
  const { model, refused } = await runFederation(
    federation,
    set.members.map(({ train }) => train),
    {
      gradients: { rule: options.rule === 'weighted-mean' ? 'weighted-mean' : 'trimmed-mean' },
      tamper: (update, member) =>
        member >= attackers
          ? update
          : {
              ...update,
              tensors: new Map(
                [...update.tensors].map(([name, values]) => [name, values.map((v) => -10 * v)]),
              ),
            },
      onNorms: (step, norms) => {
        if (step !== 'gradients') return;
        const median = [...norms].sort((a, b) => a - b)[norms.length >>> 1] ?? 1;
        for (const norm of norms.slice(attackers)) {
          ratios.least = Math.min(ratios.least, norm / median);
          ratios.largest = Math.max(ratios.largest, norm / median);
        }
      },
      onRound: async (step, round, base) => {
        if (step !== 'gradients' || (round + 1) % 100 !== 0) return;
        console.log(JSON.stringify({ round: round + 1, ...(await evaluateModel(federation, base, set)) }));
      },
    },
  );
  const { user } = process.cpuUsage(started);
  console.log(
    JSON.stringify({
      ...options,
      backend,
      ...(await evaluateModel(federation, model, set)),
      cpuSeconds: user / 1e6,
      ...(options.family === 'autoencoder' ? { honestNormRatios: ratios } : {}),
      refused: [...new Set(refused.map(({ member, step, finding }) => `${member} ${step} ${finding.code}`))],
    }),
  );
}

const set = load(options.set);
if (set !== undefined) await measure(set);
