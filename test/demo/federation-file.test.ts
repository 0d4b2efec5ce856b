import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Changes, deriveFederation } from '../../examples/demo/federation-file.ts';
import { type DataFolder, dataFolder } from '../support/data-folder.ts';
import { refusalOf } from '../support/refusal-of.ts';

const HEAD = 'federation: small\nfeatures: [{ name: x, type: numeric }]\n';
const UNCHANGED: Changes = {
  family: undefined,
  rounds: undefined,
  seed: 7,
  clients: 8,
  attackers: 0,
  canary: undefined,
};

const folders: DataFolder[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove();
});

function derive(text: string, changes: Partial<Changes> = {}) {
  const folder = dataFolder();
  folders.push(folder);
  const target = join(folder.path, 'derived.yaml');
  folder.write('known.csv', 'x,label,category\n');
  const federation = deriveFederation(folder.write('given.yaml', HEAD + text), target, {
    ...UNCHANGED,
    ...changes,
  });
  return { federation, text: readFileSync(target, 'utf8'), folder };
}

describe('the federation file of a demonstration', () => {
  it('keeps the settings of the family that the file is for', () => {
    const { federation } = derive('model: { family: christoffel, features: 64, ridge: 2 }', {
      family: 'christoffel',
    });
    expect(federation.model).toMatchObject({ family: 'christoffel', features: 64, ridge: 2 });
  });

  it('takes the defaults of another family that is asked for, with 60 rounds', () => {
    const { federation } = derive('model: { family: christoffel, encoding: log }', { family: 'autoencoder' });
    expect(federation.model).toMatchObject({
      family: 'autoencoder',
      encoding: 'quantile',
      localSteps: 5,
      rounds: 60,
    });
  });

  it('believes the command line before the file, and the file before the default', () => {
    const file = 'model: { family: autoencoder, rounds: 12, localSteps: 3 }';
    expect(derive(file).federation.model).toMatchObject({ rounds: 12, localSteps: 3 });
    expect(derive(file, { rounds: 4 }).federation.model).toMatchObject({ rounds: 4, localSteps: 3 });
    expect(derive('model: { family: autoencoder }').federation.model).toMatchObject({ rounds: 60 });
  });

  it('keeps the seed of the file unless another is asked for', () => {
    const file = 'model: { family: christoffel }\nseed: 5';
    expect(derive(file, { seed: undefined }).federation.seed).toBe(5);
    expect(derive(file, { seed: 9 }).federation.seed).toBe(9);
  });

  it('refuses rounds for a family that has as many as it needs', () => {
    expect(refusalOf(() => derive('model: { family: christoffel }', { rounds: 4 })).code).toBe('usage');
  });

  it('asks for no more updates than honest members can send', () => {
    const file = 'model: { family: christoffel }\nrounds: { min: 5, target: 6 }';
    expect(derive(file).federation.rounds).toMatchObject({ min: 5, target: 6 });
    expect(derive(file, { clients: 4, attackers: 1 }).federation.rounds).toMatchObject({ min: 3, target: 3 });
    expect(derive(file, { clients: 1 }).federation.rounds).toMatchObject({ min: 1, target: 1 });
  });

  it('takes the mean of updates so few that trimming would leave none', () => {
    const file = 'model: { family: autoencoder }';
    expect(derive(file, { clients: 3 }).federation.aggregation.rule).toBe('trimmed-mean');
    expect(derive(file, { clients: 3, attackers: 1 }).federation.aggregation.rule).toBe('weighted-mean');
    expect(derive(file, { clients: 1 }).federation.aggregation.rule).toBe('weighted-mean');
  });

  it('brings the canary file along under a name without a path of this machine', () => {
    const { federation, text, folder } = derive(
      'model: { family: christoffel }\ncanary: { file: ./known.csv }',
    );
    expect(federation.canary?.file).toBe('known.csv');
    expect(text).not.toContain(folder.path);
  });

  it('names a federation or canary file that is not there', () => {
    expect(refusalOf(() => deriveFederation('/nowhere.yaml', '/dev/null', UNCHANGED)).code).toBe(
      'federation_invalid',
    );
    const refusal = refusalOf(() => derive('model: { family: christoffel }\ncanary: { file: gone.csv }'));
    expect(refusal.message).toContain('gone.csv');
  });
});
