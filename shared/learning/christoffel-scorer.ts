/** Scores events by the Christoffel function, and says which features a score comes from. */
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { ChristoffelSpec } from '../federation/schema.ts';
import type { TensorSet } from '../tensors/tensor.ts';
import { strongest } from './attribution.ts';
import { type Algebra, loadAlgebra } from './backend.ts';
import type { Columns, Place } from './columns.ts';
import { Encoder } from './encoding.ts';
import type { Attribution, RowBatch, Scorer } from './family.ts';
import { type FeatureMap, loadMap, mapDimension } from './feature-map.ts';
import { whiteningSpec } from './sums-round.ts';
import { valuesOf } from './tensor-set.ts';

/** Encoded rows that go through the algebra at a time: bounds its memory. */
const CHUNK_ROWS = 2048;

interface OnBackend {
  readonly tf: Algebra;
  readonly map: FeatureMap;
  readonly whitening: Tensor2D;
}

export class ChristoffelScorer implements Scorer {
  readonly #spec: ChristoffelSpec;
  readonly #model: TensorSet;
  readonly #encoder: Encoder;
  #loaded: Promise<OnBackend> | undefined;

  constructor(spec: ChristoffelSpec, columns: Columns, model: TensorSet) {
    this.#spec = spec;
    this.#model = model;
    this.#encoder = new Encoder(columns, spec.encoding, model);
    valuesOf(model, whiteningSpec(spec, columns));
  }

  async score(batch: RowBatch): Promise<Float32Array> {
    return this.#scoreEncoded(this.#encoder.encode(batch), batch.rows);
  }

  /**
   * By occlusion: each feature in turn is set to what is usual in the pool, and what the score loses by it is that
   * feature's part. Parts are relative to the larger of all such losses together and the excess over the score of
   * an event that is usual in everything.
   */
  async explain(batch: RowBatch, top: number): Promise<Attribution[][]> {
    const encoded = this.#encoder.encode(batch);
    const scores = await this.#scoreEncoded(encoded, batch.rows);
    const usualScore = await this.#usualScore();
    const explained: Attribution[][] = [];
    for (let row = 0; row < batch.rows; row += 1) {
      const at = row * this.#encoder.width;
      const losses = await this.#occlusionLosses(
        encoded.subarray(at, at + this.#encoder.width),
        scores[row] ?? 0,
      );
      const total = losses.reduce((sum, loss) => sum + loss, 0);
      const excess = Math.max(total, (scores[row] ?? 0) - usualScore);
      const raw = batch.data.subarray(row * batch.width, (row + 1) * batch.width);
      explained.push(
        strongest(
          this.#encoder.columns.places.map((place, i) =>
            this.#attribution(place, raw, (losses[i] ?? 0) / excess),
          ),
          top,
        ),
      );
    }
    return explained;
  }

  dispose(): void {
    const loaded = this.#loaded;
    this.#loaded = undefined;
    void loaded?.then(({ tf, map, whitening }) => {
      map.dispose();
      tf.dispose(whitening);
    });
  }

  #attribution(place: Place, raw: Float32Array, share: number): Attribution {
    return {
      feature: place.feature.name,
      value: this.#encoder.show(place, raw[place.index] ?? 0),
      expected: this.#encoder.show(place, this.#encoder.usual(place)),
      share,
    };
  }

  /** What the score of one encoded row loses when each feature is set to its usual value; at least 0. */
  async #occlusionLosses(encodedRow: Float32Array, score: number): Promise<number[]> {
    const { places } = this.#encoder.columns;
    const variants = new Float32Array(places.length * encodedRow.length);
    places.forEach((place, i) => {
      const variant = variants.subarray(i * encodedRow.length, (i + 1) * encodedRow.length);
      variant.set(encodedRow);
      this.#encoder.replace(place, this.#encoder.usual(place), variant);
    });
    const occluded = await this.#scoreEncoded(variants, places.length);
    return Array.from(occluded, (one) => Math.max(0, score - one));
  }

  async #usualScore(): Promise<number> {
    const usual = new Float32Array(this.#encoder.width);
    for (const place of this.#encoder.columns.places)
      this.#encoder.replace(place, this.#encoder.usual(place), usual);
    return (await this.#scoreEncoded(usual, 1))[0] ?? 0;
  }

  async #scoreEncoded(encoded: Float32Array, rows: number): Promise<Float32Array> {
    const { tf, map, whitening } = await this.#onBackend();
    const { width } = this.#encoder;
    const scores = new Float32Array(rows);
    for (let from = 0; from < rows; from += CHUNK_ROWS) {
      const count = Math.min(CHUNK_ROWS, rows - from);
      const squares = tf.tidy(() => {
        const chunk = tf.tensor2d(encoded.subarray(from * width, (from + count) * width), [count, width]);
        return tf.sum(tf.square(tf.matMul(map.apply(chunk), whitening)), 1);
      });
      scores.set(await squares.data(), from);
      squares.dispose();
    }
    return scores;
  }

  #onBackend(): Promise<OnBackend> {
    this.#loaded ??= this.#load();
    return this.#loaded;
  }

  async #load(): Promise<OnBackend> {
    const tf = await loadAlgebra();
    const { columns } = this.#encoder;
    const side = mapDimension(this.#spec, columns);
    return {
      tf,
      map: loadMap(tf, this.#spec, columns, this.#model),
      whitening: tf.tensor2d(valuesOf(this.#model, whiteningSpec(this.#spec, columns)), [side, side]),
    };
  }
}
