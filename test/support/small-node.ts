/** A client node without files or network: rows in memory, a scripted coordinator, a family of one number. */
import { pino } from 'pino';
import { SeenLog } from '../../client/core/seen-log.ts';
import { SitePolicySchema } from '../../client/data/site-policy.ts';
import type { ClientNode } from '../../client/flow/node.ts';
import type { BlobCache } from '../../client/ports/blob-cache.ts';
import type { InstalledModels } from '../../client/ports/installed-models.ts';
import type { OnItsWay, Outbox } from '../../client/ports/outbox.ts';
import type { KeptReceipt, Receipts } from '../../client/ports/receipts.ts';
import { makeKey } from '../../shared/identity/keys.ts';
import type {
  LocalResult,
  ModelFamily,
  RowBatch,
  RowSource,
  TrainContext,
} from '../../shared/learning/family.ts';
import { noteVerifierKey } from '../../shared/transparency/checkpoint.ts';
import { smallFederation } from './data-folder.ts';
import { familyOf, plainStep } from './plain-family.ts';
import type { ScriptedCoordinator } from './scripted-coordinator.ts';

export interface SmallNode extends ClientNode {
  readonly kept: KeptReceipt[];
}

export type Train = (rows: RowSource, context: TrainContext) => Promise<LocalResult>;

export function smallNode(
  coordinator: ScriptedCoordinator,
  overrides: Partial<ClientNode> & { train?: Train } = {},
): SmallNode {
  const { train = oneMore, ...node } = overrides;
  const identity = makeKey('identity');
  const kept: KeptReceipt[] = [];
  const federation = smallFederation({ rounds: { min: 1, idle: '3s' } });
  return {
    membership: {
      federation: 'small',
      endpoint: 'localhost:1',
      member: 'bank-a',
      name: 'Bank A',
      role: 'member',
      did: identity.did,
      coordinator: coordinator.key.did,
      logKey: noteVerifierKey(coordinator.log.origin, coordinator.log.did),
      publisher: makeKey('publisher').did,
      caFingerprint: '0'.repeat(64),
      joinedAt: '2026-11-22T12:00:00.000Z',
    },
    federation,
    policy: SitePolicySchema.parse({}),
    identity,
    log: coordinator.log,
    coordinator,
    receipts: memoryReceipts(kept),
    outbox: memoryOutbox(),
    models: noModels,
    blobs: throughMemory(coordinator),
    family: familyWith(familyOf(federation), train),
    backend: 'wasm',
    rows: { training: rowsOf(10), heldBack: rowsOf(4), close: async () => {} },
    fingerprint: '1'.repeat(64),
    incidents: undefined,
    seenLog: new SeenLog(coordinator.log, undefined),
    saveHead: async () => {},
    tamper: undefined,
    logger: pino({ level: 'silent' }),
    software: 'vedette/test',
    nowMs: Date.now,
    kept,
    ...node,
  };
}

/** Rows whose first feature counts up from 1. */
export function rowsOf(count: number, width = 4): RowSource {
  const batchOf = (positions: readonly number[]): RowBatch => {
    const data = new Float32Array(positions.length * width);
    positions.forEach((position, at) => {
      data[at * width] = position + 1;
    });
    return { rows: positions.length, width, data };
  };
  return {
    count,
    async *scan(batchRows) {
      for (let from = 0; from < count; from += batchRows) {
        yield batchOf(Array.from({ length: Math.min(batchRows, count - from) }, (_, at) => from + at));
      }
    },
    pick: async (positions) => batchOf([...positions]),
  };
}

/** An update that depends on the base, the rows and the seed. */
export async function oneMore(rows: RowSource, { base, seed, progress }: TrainContext): Promise<LocalResult> {
  let sum = seed / 2 ** 31;
  let done = 0;
  for await (const { rows: count, data, width } of rows.scan(3)) {
    for (let row = 0; row < count; row += 1) sum += data[row * width] ?? 0;
    done += count;
    progress(done, rows.count);
  }
  const tensors = new Map(
    [...base.tensors].map(([name, values]) => [name, values.map((value) => value + sum)]),
  );
  return { update: { layout: base.layout, tensors }, samples: rows.count, metrics: { sum } };
}

function familyWith(family: ModelFamily, train: Train): ModelFamily {
  return { ...family, steps: [{ ...plainStep, train }] };
}

function memoryReceipts(kept: KeptReceipt[]): Receipts {
  return {
    append: (receipt) => {
      kept.push(receipt);
    },
    flush: async () => {},
    all: async () => kept,
    close: async () => {},
  };
}

function memoryOutbox(): Outbox {
  let held: OnItsWay | undefined;
  return {
    put: async (sent) => {
      held = sent;
    },
    last: async () => held,
  };
}

const noModels: InstalledModels = {
  current: async () => undefined,
  stage: async () => '',
  install: async (folder, model) => ({ ...model, folder }),
};

function throughMemory(coordinator: ScriptedCoordinator): BlobCache {
  return {
    fetch: (digest) => coordinator.downloadBytes(digest),
    save: async () => {},
  };
}
