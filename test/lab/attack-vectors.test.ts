/** Attacks against numbers that other implementations, or the formula by hand, gave. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { combineTensors } from '../../coordinator/adapters/compute/combine.ts';
import { aLittle, largestZ } from '../../coordinator/lab/attacks/alie.ts';
import { againstMean } from '../../coordinator/lab/attacks/ipm.ts';
import { strongest } from '../../coordinator/lab/attacks/line-search.ts';
import { mimicked } from '../../coordinator/lab/attacks/mimic.ts';
import { minMax } from '../../coordinator/lab/attacks/min-max.ts';
import { minSum } from '../../coordinator/lab/attacks/min-sum.ts';
import type { Perturbation } from '../../coordinator/lab/attacks/perturbations.ts';
import { replacement } from '../../coordinator/lab/attacks/scaling.ts';
import { flippedMean } from '../../coordinator/lab/attacks/sign-flip.ts';
import { normOf, plus, type Vector } from '../../coordinator/lab/attacks/vectors.ts';
import { referenceData } from '../support/reference-data.ts';

interface AttackVector {
  readonly id: string;
  readonly attack: string;
  readonly params: Readonly<Record<string, number | string | readonly number[]>>;
  readonly honest_input: string | readonly number[][] | null;
  readonly expected: readonly number[] | Readonly<Record<string, number | readonly number[]>>;
  readonly abs_tol: number;
}

const path = referenceData('vectors/aggregators.json');
const file = path === undefined ? { inputs: {}, attacks: [] } : JSON.parse(readFileSync(path, 'utf8'));
const vectors: readonly AttackVector[] = file.attacks;

/** `I1[0:6]` is the first six rows of input I1. */
function honestOf({ honest_input: input }: AttackVector): readonly number[][] {
  if (typeof input !== 'string') return input ?? [];
  const [, name = '', from = '0', until] = /^(\w+)(?:\[(\d+):(\d+)\])?$/.exec(input) ?? [];
  return file.inputs[name].slice(Number(from), until === undefined ? undefined : Number(until));
}

const PERTURBATIONS: Readonly<Record<string, Perturbation>> = {
  '-std(ddof=1)': 'std',
  '-mu/||mu||': 'unit',
  '-sign(mu)': 'sign',
};

async function resultOf(vector: AttackVector): Promise<unknown> {
  const honest = honestOf(vector);
  const { params } = vector;
  const number = (name: string) => Number(params[name]);
  const ofGamma = ({ gamma, vector: output }: { gamma: number; vector: Vector }) => ({ gamma, output });
  const kind = PERTURBATIONS[String(params.perturbation)] ?? 'std';
  switch (vector.attack) {
    case 'SignFlipping':
      return flippedMean(honest);
    case 'IPM':
    case 'InnerProductManipulation':
      return againstMean(honest, number('tau'));
    case 'ALIE':
    case 'ALittleIsEnough':
      return aLittle(honest, number('tau'));
    case 'Mimic':
      return mimicked(honest, number('epsilon'));
    case 'Min-Max':
      return ofGamma(minMax(honest, kind));
    case 'Min-Sum':
      return ofGamma(minSum(honest, kind));
    case 'ALIE z_max': {
      const { s, cdf, z } = largestZ(number('n'), number('m'));
      return { s, cdf, z_max: z };
    }
    case 'Model replacement':
      return replacement(params.X_target_minus_G as readonly number[], number('n'), number('eta'));
    default:
      return searched(vector.attack, honest);
  }
}

/**
 * The searches of the source, against a trimmed mean with one outlier of four after NNM: its docstring, from which the
 * numbers are, mixes the neighbours before it clips, and then the clipping changes nothing.
 */
async function searched(attack: string, honest: readonly number[][]): Promise<Vector> {
  const craft = attack.includes('ALIE') ? aLittle : againstMean;
  const mean = againstMean(honest, -1);
  const harm = async (strength: number) => {
    const { values } = combineTensors({
      contributions: [...honest, craft(honest, strength)].map((update) => ({
        update: { values: Float32Array.from(update) },
        weight: 1,
        influence: 1,
      })),
      rule: { rule: 'trimmed-mean', trim: 1, before: [{ rule: 'nnm', outliers: 1 }] },
      layout: [{ name: 'all', shape: [mean.length] }],
      seed: 1,
    });
    return normOf(plus(values, mean, -1));
  };
  return craft(honest, await strongest(harm, { evaluations: 20, start: 0, delta: 10, ratio: 0.8 }));
}

function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return Object.values(value as object).flatMap(numbersIn);
}

describe.skipIf(vectors.length === 0)('an attack, against the numbers of other implementations', () => {
  it.each(vectors)('$id', async (vector) => {
    const seen = numbersIn(await resultOf(vector));
    const expected = numbersIn(vector.expected);
    expect(seen).toHaveLength(expected.length);
    expected.forEach((value, at) => {
      expect(Math.abs((seen[at] ?? Number.NaN) - value)).toBeLessThanOrEqual(vector.abs_tol);
    });
  });
});
