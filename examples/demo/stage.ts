/** The folders of one demonstration. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Refusal } from '../../shared/refusal.ts';

export interface Stage {
  readonly folder: string;
  readonly kept: boolean;
  /** Where the generator writes. */
  readonly data: string;
  readonly federationFile: string;
  readonly coordinator: string;
  readonly integrator: string;
  /** The release as the integrator pulled it. */
  readonly model: string;
  readonly logs: string;
  node(organisation: string): string;
  /** Test rows of one organisation, without labels. */
  slice(organisation: string): string;
  scores(organisation: string): string;
  /** Removes everything, unless it is to be kept. */
  clear(): void;
}

/** Refuses `usage` when the folder to keep is in use for something else. */
export function setStage(keep: string | undefined): Stage {
  const folder =
    keep === undefined ? mkdtempSync(join(tmpdir(), 'vedette-demo-')) : emptyFolder(resolve(keep));
  const within = (...parts: string[]) => join(folder, ...parts);
  for (const made of ['data', 'nodes', 'slices', 'scores', 'logs']) mkdirSync(within(made));
  return {
    folder,
    kept: keep !== undefined,
    data: within('data'),
    federationFile: within('federation.yaml'),
    coordinator: within('coordinator'),
    integrator: within('integrator'),
    model: within('model'),
    logs: within('logs'),
    node: (organisation) => within('nodes', organisation),
    slice: (organisation) => within('slices', `${organisation}.csv`),
    scores: (organisation) => within('scores', `${organisation}.ndjson`),
    clear: () => {
      if (keep === undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

function emptyFolder(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const [found] = readdirSync(folder);
  if (found === undefined) return folder;
  throw new Refusal('usage', `--keep ${folder} holds ${found} already; choose a new or empty folder`, {
    folder,
  });
}
