import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Algebra, loadAlgebra, loadBackend } from '../../shared/learning/backend.ts';
import {
  descend,
  drawWeights,
  loadNetwork,
  networkLayout,
  reconstruct,
  tensorsOf,
} from '../../shared/learning/network.ts';
import { Random } from '../../shared/learning/random.ts';
import { stepServer } from '../../shared/learning/server-optimizer.ts';
import { choleskyOf, transposedInverse } from '../../shared/learning/symmetric.ts';
import { collect, EMPTY_SET, extend } from '../../shared/learning/tensor-set.ts';

const WIDTH = 6;
const ROWS = 16;
const layout = networkLayout([5, 3], WIDTH);
const weights = extend(EMPTY_SET, drawWeights(layout, 1));

let tf: Algebra;
beforeAll(async () => {
  tf = await loadAlgebra();
});

function someRows() {
  const random = new Random('rows', 4);
  return tf.tensor2d(
    Float32Array.from({ length: ROWS * WIDTH }, () => random.uniform()),
    [ROWS, WIDTH],
  );
}

describe('the backend', () => {
  it('is loaded once and says which it is', async () => {
    expect(['tensorflow', 'wasm']).toContain(await loadBackend());
    expect(tf.getBackend()).toBe(await loadBackend());
  });
});

describe('a local step', () => {
  it.each(['relu', 'elu', 'tanh'] as const)(
    'descends along the gradient that tf.js itself finds, with %s',
    (activation) => {
      const network = loadNetwork(tf, layout, weights);
      const rows = someRows();
      const rate = 0.01;
      const stepped = descend(tf, network, network, activation, rows, {
        learningRate: rate,
        proximal: 0,
        trimLoss: 0,
      });
      const parameters = tensorsOf(network);
      const gradients = tf.grads((...tensors) => {
        let output = rows as (typeof tensors)[0];
        for (let i = 0; i < tensors.length; i += 2) {
          const [kernel, bias] = [tensors[i], tensors[i + 1]];
          if (kernel === undefined || bias === undefined) break;
          const sums = tf.add(tf.matMul(output, kernel), bias);
          output = i + 2 === tensors.length ? sums : tf[activation](sums);
        }
        return tf.mean(tf.sum(tf.square(tf.sub(output, rows)), 1));
      })(parameters);
      tensorsOf(stepped.network).forEach((after, i) => {
        const [before, gradient] = [parameters[i], gradients[i]];
        if (before === undefined || gradient === undefined) throw new Error('one gradient a parameter');
        const expected = tf.sub(before, tf.mul(gradient, rate));
        expect(tf.max(tf.abs(tf.sub(after, expected))).dataSync()[0]).toBeLessThan(1e-6);
      });
    },
  );

  it('shortens a gradient that is out of all proportion', () => {
    const network = loadNetwork(tf, layout, weights);
    const rows = tf.mul(someRows(), 1e6) as ReturnType<typeof someRows>;
    const { network: after } = descend(tf, network, network, 'relu', rows, {
      learningRate: 1,
      proximal: 0,
      trimLoss: 0,
    });
    const squares = tensorsOf(after).map(
      (tensor, i) => tf.sum(tf.squaredDifference(tensor, tensorsOf(network)[i] ?? tensor)).dataSync()[0] ?? 0,
    );
    expect(Math.sqrt(squares.reduce((sum, value) => sum + value, 0))).toBeCloseTo(10, 3);
  });

  it('leaves the worst rows of a batch out of the loss when asked', () => {
    const network = loadNetwork(tf, layout, weights);
    const clean = someRows();
    const outlier = tf.tensor2d(new Float32Array(WIDTH).fill(1e4), [1, WIDTH]);
    const loss = (rows: typeof clean, trimLoss: number) =>
      descend(tf, network, network, 'relu', rows, {
        learningRate: 0.1,
        proximal: 0,
        trimLoss,
      }).loss.dataSync()[0] ?? 0;
    const dirty = tf.concat([clean, outlier]);
    expect(loss(dirty, 0)).toBeGreaterThan(1e6);
    expect(loss(dirty, 1 / (ROWS + 1))).toBeCloseTo(loss(clean, 0), 4);
  });

  it('is pulled back to where the round began by FedProx', () => {
    const anchor = loadNetwork(tf, layout, weights);
    const away = loadNetwork(tf, layout, extend(EMPTY_SET, drawWeights(layout, 2)));
    const rows = someRows();
    const distance = (mu: number) => {
      const { network } = descend(tf, away, anchor, 'relu', rows, {
        learningRate: 0.01,
        proximal: mu,
        trimLoss: 0,
      });
      return tensorsOf(network).reduce(
        (sum, tensor, i) =>
          sum + (tf.sum(tf.squaredDifference(tensor, tensorsOf(anchor)[i] ?? tensor)).dataSync()[0] ?? 0),
        0,
      );
    };
    expect(distance(5)).toBeLessThan(distance(0));
  });

  it('leaves behind the tensors it returns and no others', () => {
    const network = loadNetwork(tf, layout, weights);
    const rows = someRows();
    const before = tf.memory().numTensors;
    const stepped = descend(tf, network, network, 'relu', rows, {
      learningRate: 0.1,
      proximal: 0.1,
      trimLoss: 0.1,
    });
    expect(tf.memory().numTensors - before).toBe(tensorsOf(stepped.network).length + 1);
    tf.dispose([...tensorsOf(stepped.network), stepped.loss]);
    tf.dispose(tf.tidy(() => reconstruct(tf, network, 'relu', rows)));
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('the server step', () => {
  const one = [{ name: 'w', shape: [2] }];
  const set = (...values: number[]) =>
    collect([{ name: 'w', shape: [2], values: Float32Array.from(values) }]);

  it('adds the combined delta when plain, less of it as the run goes on', () => {
    const spec = { optimizer: 'plain', learningRate: 1 } as const;
    const first = stepServer(spec, 4, one, { weights: set(1, 2), delta: set(0.5, -0.5), state: undefined });
    expect([...(first.weights.tensors.get('w') ?? [])]).toEqual([1.5, 1.5]);
    const second = stepServer(spec, 4, one, { weights: first.weights, delta: set(1, 1), state: first.state });
    expect([...(second.weights.tensors.get('w') ?? [])]).toEqual([2.25, 2.25]);
  });

  it('is Adam, worked by hand, with its moments kept between rounds', () => {
    const spec = { optimizer: 'adam', learningRate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-3 } as const;
    const first = stepServer(spec, 2, one, { weights: set(0, 0), delta: set(2, 0), state: undefined });
    expect(first.weights.tensors.get('w')?.[0]).toBeCloseTo((0.1 * 0.2) / (0.2 + 1e-3), 6);
    expect(first.weights.tensors.get('w')?.[1]).toBe(0);
    const second = stepServer(spec, 2, one, { weights: first.weights, delta: set(0, 0), state: first.state });
    const moved = (second.weights.tensors.get('w')?.[0] ?? 0) - (first.weights.tensors.get('w')?.[0] ?? 0);
    expect(moved).toBeCloseTo((0.05 * 0.18) / (Math.sqrt(0.99 * 0.04) + 1e-3), 6);
  });
});

describe('a Cholesky factor', () => {
  it('gives back the matrix, and its inverse the identity', () => {
    const matrix = Float64Array.of(4, 2, 0.6, 2, 5, 1, 0.6, 1, 3);
    const lower = choleskyOf(matrix, 3, 0.5);
    if (lower === undefined) throw new Error('the matrix is positive definite');
    const inverse = transposedInverse(lower, 3);
    for (let i = 0; i < 3; i += 1) {
      for (let j = 0; j < 3; j += 1) {
        const product = [0, 1, 2].reduce(
          (sum, k) => sum + (lower[i * 3 + k] ?? 0) * (lower[j * 3 + k] ?? 0),
          0,
        );
        expect(product).toBeCloseTo((matrix[i * 3 + j] ?? 0) + (i === j ? 0.5 : 0), 12);
        const identity = [0, 1, 2].reduce(
          (sum, k) => sum + (lower[i * 3 + k] ?? 0) * (inverse[j * 3 + k] ?? 0),
          0,
        );
        expect(identity).toBeCloseTo(i === j ? 1 : 0, 12);
      }
    }
  });

  it('does not exist for a matrix that no outer products sum to', () => {
    expect(choleskyOf(Float64Array.of(1, 2, 2, 1), 2, 1e-5)).toBeUndefined();
  });
});
