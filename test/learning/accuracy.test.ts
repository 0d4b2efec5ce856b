/** What the families reach on the reference data. Nothing here is tuned on the labels of the test rows. */
import { describe, expect, it } from 'vitest';
import { evaluateModel } from '../support/evaluate-model.ts';
import { joinRows, runFederation, takeRows } from '../support/federated-run.ts';
import { referenceData } from '../support/reference-data.ts';
import { federationOf, loadNBaIot, loadNslKdd, type ReferenceSet } from '../support/reference-sets.ts';

const trainingRows = (set: ReferenceSet) => set.members.map(({ train }) => train);
const nslKdd = referenceData('data/nsl-kdd');
const nBaIot = referenceData('data/n-baiot/noniid-10-Client_Data');

describe.skipIf(nslKdd === undefined)('christoffel on NSL-KDD', () => {
  it('reaches the reference on both federations, and the same however rows are dealt out', {
    timeout: 300_000,
  }, async () => {
    const set = loadNslKdd(`${nslKdd}/orgs`);
    const federation = federationOf(set.features, { family: 'christoffel' });
    const { model, refused } = await runFederation(federation, trainingRows(set));
    const apart = await evaluateModel(federation, model, set);
    expect(refused).toEqual([]);
    expect(apart.auroc).toBeGreaterThanOrEqual(0.965);
    expect(apart.ap).toBeGreaterThanOrEqual(0.97);
    expect(apart.fpr).toBeGreaterThanOrEqual(0.005);
    expect(apart.fpr).toBeLessThanOrEqual(0.02);
    expect(apart.tpr).toBeGreaterThanOrEqual(0.55);

    const pool = joinRows(trainingRows(set));
    const dealt = Array.from({ length: 10 }, (_, member) => {
      const positions = Array.from({ length: pool.rows }, (_row, i) => i).filter(
        (i) => (Math.imul(i, 2_654_435_761) >>> 16) % 10 === member,
      );
      return takeRows(pool, positions);
    });
    for (const members of [dealt, [pool]]) {
      const other = await evaluateModel(federation, (await runFederation(federation, members)).model, set);
      expect(Math.abs(other.auroc - apart.auroc)).toBeLessThan(1e-4);
    }

    const pure = loadNslKdd(`${nslKdd}/orgs-pure`);
    const reached = await evaluateModel(
      federation,
      (await runFederation(federation, trainingRows(pure))).model,
      pure,
    );
    expect(reached.auroc).toBeGreaterThanOrEqual(0.965);
    expect(reached.ap).toBeGreaterThanOrEqual(0.97);
    expect(reached.fpr).toBeGreaterThanOrEqual(0.005);
    expect(reached.fpr).toBeLessThanOrEqual(0.02);
    expect(reached.tpr).toBeGreaterThanOrEqual(0.55);
  });
});

describe.skipIf(nBaIot === undefined)('christoffel on N-BaIoT', () => {
  it('reaches the reference on the clients that can be scored', { timeout: 300_000 }, async () => {
    const set = loadNBaIot(`${nBaIot}`);
    const federation = federationOf(set.features, { family: 'christoffel' });
    const { model, refused } = await runFederation(federation, trainingRows(set));
    expect(refused).toEqual([]);
    expect(set.tests).toHaveLength(7);
    expect((await evaluateModel(federation, model, set)).auroc).toBeGreaterThanOrEqual(0.945);
  });
});

describe.skipIf(nslKdd === undefined)('the autoencoder on NSL-KDD', () => {
  /** A tenth of the full run: enough to see that it learns, and that a tenth of the bar is not lost on the way. */
  it('separates attacks after 50 rounds under trimmed mean, with two of ten sending −10 times their update', {
    timeout: 300_000,
  }, async () => {
    const set = loadNslKdd(`${nslKdd}/orgs-pure`);
    const federation = federationOf(set.features, { family: 'autoencoder', rounds: 50 });
    const { model, refused } = await runFederation(federation, trainingRows(set), {
      tamper: (update, member) =>
        member < 2
          ? {
              ...update,
              tensors: new Map(
                [...update.tensors].map(([name, values]) => [name, values.map((value) => -10 * value)]),
              ),
            }
          : update,
    });
    expect(new Set(refused.map(({ member }) => member))).toEqual(new Set([0, 1]));
    expect(refused.filter(({ step }) => step === 'gradients')).toHaveLength(2 * 50);
    expect((await evaluateModel(federation, model, set)).auroc).toBeGreaterThanOrEqual(0.93);
  });
});
