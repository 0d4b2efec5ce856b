/** A site's known incidents: rows to vote with, never to train on. */
import type { Federation } from '../../shared/federation/schema.ts';
import type { RowBatch } from '../../shared/learning/family.ts';
import { Refusal } from '../../shared/refusal.ts';
import { openEncodedRows } from './encoded-rows.ts';

/** A vote needs a sample, not an archive: reading stops here. */
export const MAX_INCIDENTS = 50_000;

export interface Incidents {
  readonly rows: RowBatch;
  /** One a row: the name of the anomaly. */
  readonly labels: readonly string[];
  /** One a row: its family. */
  readonly categories: readonly string[];
}

/**
 * Loads a file of features, `label` and `category`. Refuses with the codes of `openEncodedRows`, and with
 * `data_cell` at the first record that is not a row: an incident that is left out would silently not be voted on.
 */
export async function loadIncidents(path: string, federation: Federation): Promise<Incidents> {
  const { features } = federation;
  const opened = await openEncodedRows({
    source: { path, header: true },
    features,
    tags: ['label', 'category'],
    ranges: false,
  });
  const parts: RowBatch[] = [];
  const tags: (readonly string[])[] = [];
  for await (const { batch, findings, tags: batchTags } of opened.batches) {
    const [finding] = findings;
    if (finding) throw new Refusal('data_cell', finding.message, { at: finding.at });
    parts.push(batch);
    tags.push(...batchTags);
    if (tags.length >= MAX_INCIDENTS) break;
  }
  return {
    rows: joined(parts, features.length),
    labels: tags.map(([label]) => label ?? ''),
    categories: tags.map(([, category]) => category ?? ''),
  };
}

function joined(parts: readonly RowBatch[], width: number): RowBatch {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const data = new Float32Array(rows * width);
  let offset = 0;
  for (const part of parts) {
    data.set(part.data, offset);
    offset += part.data.length;
  }
  return { rows, width, data };
}
