/** Scores events by how badly the autoencoder gives them back, and says which features it got wrong. */
import type { AutoencoderSpec } from '../federation/schema.ts';
import type { TensorSet } from '../tensors/tensor.ts';
import { strongest } from './attribution.ts';
import { type Algebra, loadAlgebra } from './backend.ts';
import type { Columns, Place } from './columns.ts';
import { Encoder } from './encoding.ts';
import type { Attribution, RowBatch, Scorer } from './family.ts';
import { loadNetwork, type Network, networkLayout, reconstruct, tensorsOf } from './network.ts';
import { select } from './tensor-set.ts';

/** Encoded rows that go through the network at a time: bounds its memory. */
const CHUNK_ROWS = 2048;

interface OnBackend {
  readonly tf: Algebra;
  readonly network: Network;
}

export class AutoencoderScorer implements Scorer {
  readonly #spec: AutoencoderSpec;
  readonly #model: TensorSet;
  readonly #encoder: Encoder;
  #loaded: Promise<OnBackend> | undefined;

  constructor(spec: AutoencoderSpec, columns: Columns, model: TensorSet) {
    this.#spec = spec;
    this.#encoder = new Encoder(columns, spec.encoding, model);
    this.#model = select(model, networkLayout(spec.hidden, columns.width));
  }

  /** The mean over encoded columns of the squared reconstruction error. */
  async score(batch: RowBatch): Promise<Float32Array> {
    const { width } = this.#encoder;
    const encoded = this.#encoder.encode(batch);
    const restored = await this.#restore(encoded, batch.rows);
    return Float32Array.from({ length: batch.rows }, (_, row) => {
      let sum = 0;
      for (let at = row * width; at < (row + 1) * width; at += 1) sum += squaredError(encoded, restored, at);
      return sum / width;
    });
  }

  /** A feature's part is its columns' part of the squared error; what is expected is what the network gave back. */
  async explain(batch: RowBatch, top: number): Promise<Attribution[][]> {
    const { width } = this.#encoder;
    const encoded = this.#encoder.encode(batch);
    const restored = await this.#restore(encoded, batch.rows);
    return Array.from({ length: batch.rows }, (_, row) => {
      const span: [number, number] = [row * width, (row + 1) * width];
      const raw = batch.data.subarray(row * batch.width, (row + 1) * batch.width);
      return strongest(this.#attributions(raw, encoded.subarray(...span), restored.subarray(...span)), top);
    });
  }

  dispose(): void {
    const loaded = this.#loaded;
    this.#loaded = undefined;
    void loaded?.then(({ tf, network }) => tf.dispose(tensorsOf(network)));
  }

  #attributions(raw: Float32Array, encoded: Float32Array, restored: Float32Array): Attribution[] {
    const { places } = this.#encoder.columns;
    const errors = places.map((place) => errorOver(place, encoded, restored));
    const total = errors.reduce((sum, error) => sum + error, 0);
    return places.map((place, i) => ({
      feature: place.feature.name,
      value: this.#encoder.show(place, raw[place.index] ?? 0),
      expected: this.#encoder.show(place, this.#encoder.decode(place, restored)),
      share: total > 0 ? (errors[i] ?? 0) / total : 0,
    }));
  }

  async #restore(encoded: Float32Array, rows: number): Promise<Float32Array> {
    const { tf, network } = await this.#onBackend();
    const { width } = this.#encoder;
    const restored = new Float32Array(encoded.length);
    for (let from = 0; from < rows; from += CHUNK_ROWS) {
      const count = Math.min(CHUNK_ROWS, rows - from);
      const output = tf.tidy(() => {
        const chunk = tf.tensor2d(encoded.subarray(from * width, (from + count) * width), [count, width]);
        return reconstruct(tf, network, this.#spec.activation, chunk);
      });
      restored.set(await output.data(), from * width);
      output.dispose();
    }
    return restored;
  }

  #onBackend(): Promise<OnBackend> {
    this.#loaded ??= this.#load();
    return this.#loaded;
  }

  async #load(): Promise<OnBackend> {
    const tf = await loadAlgebra();
    return {
      tf,
      network: loadNetwork(tf, networkLayout(this.#spec.hidden, this.#encoder.width), this.#model),
    };
  }
}

function squaredError(encoded: Float32Array, restored: Float32Array, at: number): number {
  return ((encoded[at] ?? 0) - (restored[at] ?? 0)) ** 2;
}

function errorOver(place: Place, encoded: Float32Array, restored: Float32Array): number {
  let sum = 0;
  for (let at = place.column; at < place.column + place.columns; at += 1)
    sum += squaredError(encoded, restored, at);
  return sum;
}
