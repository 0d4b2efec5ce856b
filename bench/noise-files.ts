/** Updates of noise on disk, in the page cache once written, and a plain read of them to compare with. */
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { FederationSchema, type RuleSpec } from '../shared/federation/schema.ts';
import type { Layout } from '../shared/tensors/tensor.ts';
import { writeTensorFile } from '../shared/tensors/tensor-file.ts';

export function layoutOf(parameters: number): Layout {
  return [{ name: 'parameters', shape: [parameters] }];
}

export function updatePath(folder: string, index: number): string {
  return join(folder, `update-${index}`);
}

export function writeUpdates(folder: string, updates: number, parameters: number): void {
  for (let index = 0; index < updates; index++) writeNoise(updatePath(folder, index), parameters, index + 1);
}

/** Noise from a linear congruential generator (Numerical Recipes constants), zero for seed 0. */
export function writeNoise(path: string, parameters: number, seed: number): void {
  const tile = new Float32Array(Math.min(parameters, 1_000_000));
  let state = scrambled(seed);
  writeTensorFile(path, layoutOf(parameters), (sink) => {
    for (let from = 0; from < parameters; from += tile.length) {
      const part = tile.subarray(0, Math.min(tile.length, parameters - from));
      if (seed !== 0) {
        for (let index = 0; index < part.length; index++) {
          state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
          part[index] = state / 2 ** 31;
        }
      }
      sink.append(part);
    }
  });
}

/** Generators begun at neighbouring states would give rows that are shifted copies of each other. */
function scrambled(seed: number): number {
  const mixed = Math.imul(seed ^ (seed >>> 16) ^ 0x5bd1e995, 0x85ebca6b);
  return Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
}

/** Seconds to read all updates once, one after the other, into the same MiB. */
export function plainReadSeconds(folder: string, updates: number): number {
  const buffer = new Uint8Array(1024 * 1024);
  const start = performance.now();
  for (let index = 0; index < updates; index++) {
    const descriptor = openSync(updatePath(folder, index), 'r');
    while (readSync(descriptor, buffer) > 0);
    closeSync(descriptor);
  }
  return (performance.now() - start) / 1000;
}

/** A rule as the federation file would give it, defaults filled in. */
export function ruleOf(aggregation: object): RuleSpec {
  return FederationSchema.parse({
    federation: 'bench',
    features: [{ name: 'x', type: 'numeric' }],
    model: { family: 'autoencoder' },
    aggregation,
  }).aggregation;
}

/** e.g. `nnm + trimmed-mean` */
export function titleOf({ rule, before = [] }: RuleSpec): string {
  return [...before.map((step) => step.rule), rule].join(' + ');
}

/** The fewest seconds of several runs: what is left when nothing else was running. */
export async function fastest(runs: number, work: () => Promise<unknown> | unknown): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    await work();
    least = Math.min(least, (performance.now() - start) / 1000);
  }
  return least;
}
