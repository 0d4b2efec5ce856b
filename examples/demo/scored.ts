/** What `vedette-client score --json` left in a file. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Attribution } from '../../shared/learning/family.ts';
import type { TestSlice } from './material.ts';
import type { Judged } from './measures.ts';

/** An alert, with what the row really was. */
export interface Alert {
  readonly owner: string;
  readonly line: number;
  readonly score: number;
  readonly why: readonly Attribution[];
  readonly label: string;
  readonly attack: boolean;
}

export interface Scored extends Judged {
  readonly owner: string;
  readonly threshold: number;
  readonly alerts: readonly Alert[];
}

interface ScoreLine {
  readonly row: number;
  readonly line: number;
  readonly score: number;
  readonly alert: boolean;
  readonly why?: readonly Attribution[];
}

interface SummaryLine {
  readonly summary: { readonly threshold: number };
}

export async function readScores(path: string, { owner, rows }: TestSlice): Promise<Scored> {
  const scores: number[] = [];
  const labels: number[] = [];
  const alerts: Alert[] = [];
  let threshold = Number.NaN;
  for await (const text of createInterface({ input: createReadStream(path) })) {
    const told = JSON.parse(text) as ScoreLine | SummaryLine;
    if ('summary' in told) {
      threshold = told.summary.threshold;
      continue;
    }
    const { row, line, score, alert, why = [] } = told;
    const { label = '', attack = false } = rows[row - 1] ?? {};
    scores.push(score);
    labels.push(attack ? 1 : 0);
    if (alert) alerts.push({ owner, line, score, why, label, attack });
  }
  if (Number.isNaN(threshold))
    throw new Error(`${path} ends without a summary: not every row of ${owner} was scored`);
  return { owner, threshold, scores: Float32Array.from(scores), labels: Uint8Array.from(labels), alerts };
}
