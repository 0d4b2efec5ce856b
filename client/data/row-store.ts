/**
 * One pass over a source leaves in the node's home: the training rows, the held-back rows, and what was counted on
 * the way. An unchanged source is not read again.
 */
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import canonicalize from 'canonicalize';
import { z } from 'zod';
import type { Federation } from '../../shared/federation/schema.ts';
import { heldBack } from '../../shared/learning/hold-back.ts';
import { Refusal } from '../../shared/refusal.ts';
import { asDataRefusal } from './connectors/bytes.ts';
import { type EncodedBatch, openEncodedRows } from './encoded-rows.ts';
import { FingerprintBuilder, FingerprintSchema, featuresDigest } from './fingerprint.ts';
import { readPrivateJson, writePrivateJson } from './private-json.ts';
import { RepeatFilter } from './repeat-filter.ts';
import { FileRows, RowFileWriter } from './row-file.ts';
import type { SitePolicy } from './site-policy.ts';
import type { Source } from './source.ts';

/** How many unreadable records are kept to be shown. */
export const LISTED_FINDINGS = 20;

/** Raised whenever a pass would count or write otherwise than before, so that no cache outlives the code that made it. */
const PASS_VERSION = 1;

const PassSchema = z.strictObject({
  /** What the pass depended on; another key means reading again. */
  key: z.string(),
  rows: z.strictObject({
    /** Records of the source that were looked at. */
    read: z.int(),
    /** Records whose label is not among the normal ones. */
    notNormal: z.int(),
    bad: z.int(),
    training: z.int(),
    heldBack: z.int(),
    /** Whether reading stopped at the site's maxRows. */
    capped: z.boolean(),
  }),
  /** Rows equal to an earlier one. */
  repeats: z.int(),
  extraColumns: z.array(z.string()),
  findings: z.array(
    z.strictObject({
      at: z.string(),
      line: z.int(),
      column: z.string().exactOptional(),
      value: z.string().exactOptional(),
      message: z.string(),
    }),
  ),
  fingerprint: FingerprintSchema,
});

/** What one pass over the source counted. */
export type Pass = z.output<typeof PassSchema>;

/** The rows of a pass, opened. */
export interface RowStore {
  readonly training: FileRows;
  readonly heldBack: FileRows;
  close(): Promise<void>;
}

/** Reads the source into the home, unless the last pass over it still holds. Refuses with the codes of `openEncodedRows`. */
export async function readSource(
  source: Source,
  federation: Federation,
  policy: SitePolicy,
  home: string,
): Promise<Pass> {
  const paths = pathsIn(home);
  const key = await keyOf(source, federation, policy);
  const last = await readPrivateJson(paths.pass, PassSchema);
  if (last?.key === key) return last;
  await mkdir(paths.directory, { recursive: true, mode: 0o700 });
  // Should this pass fail halfway, nothing may claim that the files belong together.
  await rm(paths.pass, { force: true });
  const pass = await passOver(source, federation, policy, paths, key);
  await writePrivateJson(paths.pass, pass);
  return pass;
}

export async function openRowStore(home: string, federation: Federation): Promise<RowStore> {
  const paths = pathsIn(home);
  const width = federation.features.length;
  const training = await FileRows.open(paths.training, width);
  const heldBackRows = await FileRows.open(paths.heldBack, width);
  return {
    training,
    heldBack: heldBackRows,
    close: async () => {
      await training.close();
      await heldBackRows.close();
    },
  };
}

interface StorePaths {
  readonly directory: string;
  readonly training: string;
  readonly heldBack: string;
  readonly pass: string;
}

function pathsIn(home: string): StorePaths {
  const directory = join(home, 'rows');
  return {
    directory,
    training: join(directory, 'training.f32'),
    heldBack: join(directory, 'held-back.f32'),
    pass: join(directory, 'pass.json'),
  };
}

async function keyOf(source: Source, federation: Federation, policy: SitePolicy): Promise<string> {
  try {
    const { size, mtimeMs } = await stat(source.path);
    const { maxRows } = policy;
    const { holdBack } = federation.threshold;
    return (
      canonicalize({
        pass: PASS_VERSION,
        source,
        size,
        mtimeMs,
        features: featuresDigest(federation.features),
        holdBack,
        maxRows,
      }) ?? ''
    );
  } catch (error) {
    throw asDataRefusal(error, source.path);
  }
}

async function passOver(
  source: Source,
  federation: Federation,
  policy: SitePolicy,
  paths: StorePaths,
  key: string,
): Promise<Pass> {
  const { label } = source;
  const normal = new Set(label?.normal);
  const opened = await openEncodedRows({
    source,
    features: federation.features,
    ...(label ? { tags: [label.column], keep: ([text]) => normal.has(text ?? '') } : {}),
  });
  const tally = await Tally.create(federation, policy, paths);
  try {
    for await (const batch of opened.batches) {
      await tally.take(batch);
      if (tally.capped) break;
    }
    if (tally.read === 0)
      throw new Refusal('data_empty', `${source.path}: no record after the header`, { path: source.path });
    return await tally.finish(key, opened.extraColumns);
  } catch (error) {
    await tally.abandon();
    throw error;
  }
}

/** The running counts of a pass and the two files it fills. */
class Tally {
  readonly #maxRows: number;
  readonly #holdBack: number;
  readonly #training: RowFileWriter;
  readonly #heldBack: RowFileWriter;
  readonly #fingerprint: FingerprintBuilder;
  readonly #repeatFilter = new RepeatFilter();
  readonly #findings: EncodedBatch['findings'][number][] = [];
  #read = 0;
  #notNormal = 0;
  #bad = 0;
  #repeats = 0;

  private constructor(
    federation: Federation,
    policy: SitePolicy,
    training: RowFileWriter,
    heldBackRows: RowFileWriter,
  ) {
    this.#maxRows = policy.maxRows;
    this.#holdBack = federation.threshold.holdBack;
    this.#training = training;
    this.#heldBack = heldBackRows;
    this.#fingerprint = new FingerprintBuilder(federation.features);
  }

  static async create(federation: Federation, policy: SitePolicy, paths: StorePaths): Promise<Tally> {
    const training = await RowFileWriter.create(paths.training);
    return new Tally(federation, policy, training, await RowFileWriter.create(paths.heldBack));
  }

  get read(): number {
    return this.#read;
  }

  get capped(): boolean {
    return this.#training.rows + this.#heldBack.rows >= this.#maxRows;
  }

  async take({ batch, findings, leftOut }: EncodedBatch): Promise<void> {
    this.#read += batch.rows + findings.length + leftOut;
    this.#notNormal += leftOut;
    this.#bad += findings.length;
    this.#findings.push(...findings.slice(0, LISTED_FINDINGS - this.#findings.length));
    for (let index = 0; index < batch.rows && !this.capped; index += 1) {
      const written = this.#takeRow(batch.data.subarray(index * batch.width, (index + 1) * batch.width));
      if (written) await written;
    }
  }

  async finish(key: string, extraColumns: readonly string[]): Promise<Pass> {
    const { capped } = this;
    await this.#training.finish();
    await this.#heldBack.finish();
    return {
      key,
      rows: {
        read: this.#read,
        notNormal: this.#notNormal,
        bad: this.#bad,
        training: this.#training.rows,
        heldBack: this.#heldBack.rows,
        capped,
      },
      repeats: this.#repeats,
      extraColumns: [...extraColumns],
      findings: this.#findings,
      fingerprint: this.#fingerprint.build(),
    };
  }

  async abandon(): Promise<void> {
    await this.#training.abandon();
    await this.#heldBack.abandon();
  }

  #takeRow(row: Float32Array): Promise<void> | undefined {
    if (this.#repeatFilter.seenBefore(row)) this.#repeats += 1;
    this.#fingerprint.add(row);
    // The row's own values decide, as the model will see them: however they were written, and whoever holds the row.
    const bytes = new Uint8Array(row.buffer, row.byteOffset, row.byteLength);
    return heldBack(bytes, this.#holdBack) ? this.#heldBack.add(row) : this.#training.add(row);
  }
}
