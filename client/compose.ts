/** The one place where a node is put together from its home. */
import type { Logger } from 'pino';
import type { Federation } from '../shared/federation/schema.ts';
import { keyToPem, type SigningKey } from '../shared/identity/keys.ts';
import type { TrustedLog } from '../shared/provenance/log-proof.ts';
import { Refusal } from '../shared/refusal.ts';
import { SOFTWARE } from '../shared/software.ts';
import type { TreeHead } from '../shared/transparency/checkpoint.ts';
import { BlobFolder } from './adapters/home/blob-folder.ts';
import type { HomeFolder } from './adapters/home/home-folder.ts';
import { ModelsFolder } from './adapters/home/models-folder.ts';
import { OutboxFile } from './adapters/home/outbox-file.ts';
import { ReceiptsFile } from './adapters/home/receipts-file.ts';
import { loadLearning } from './adapters/learning.ts';
import { RemoteCoordinator } from './adapters/remote-coordinator.ts';
import { type ClientConfig, requireData, sourceOf } from './config.ts';
import { type Membership, trustedLogOf } from './core/membership.ts';
import { SeenLog } from './core/seen-log.ts';
import { checkData, openCheckedRows } from './data/check-data.ts';
import type { DataReport } from './data/data-report.ts';
import { loadIncidents } from './data/incidents.ts';
import type { Tamper } from './drills/tamper.ts';
import type { ClientNode } from './flow/node.ts';
import { dueAtMs, type Renewal, renew } from './flow/renew.ts';
import type { Coordinator } from './ports/coordinator.ts';

/** An enrolled home with its line to the coordinator. */
export interface Station {
  readonly home: HomeFolder;
  readonly membership: Membership;
  readonly federation: Federation;
  readonly config: ClientConfig;
  readonly identity: SigningKey;
  readonly log: TrustedLog;
  readonly coordinator: Coordinator;
  readonly renewal: Renewal & { readonly certificatePem: string };
}

/** Reads the home and dials; a certificate that is due is renewed first. Refuses `home_missing`, `config_invalid`, … */
export async function openStation(home: HomeFolder): Promise<Station> {
  const membership = await home.membership();
  const identity = await home.identityKey();
  const transportKey = await home.transportKey();
  const transportKeyPem = keyToPem(transportKey);
  const certificatePem = await home.certificatePem();
  const coordinator = new RemoteCoordinator({
    endpoint: membership.endpoint,
    caPem: await home.caPem(),
    federation: membership.federation,
    key: identity,
    certificate: { certificatePem, keyPem: transportKeyPem },
    transportKeyPem,
  });
  const renewal = { coordinator, transportKey, save: (pem: string) => home.save('certificate.pem', pem) };
  return {
    home,
    membership,
    federation: await home.federation(),
    config: await home.config(),
    identity,
    log: trustedLogOf(membership.logKey),
    coordinator,
    renewal: { ...renewal, certificatePem: await freshCertificate(renewal, certificatePem) },
  };
}

/** While the old certificate still holds, a coordinator out of reach is no reason to fail here. */
async function freshCertificate(renewal: Renewal, certificatePem: string): Promise<string> {
  // No jitter: a node that starts is not one of many that wake together.
  if (Date.now() < dueAtMs(certificatePem, 0.5)) return certificatePem;
  try {
    return await renew(renewal);
  } catch (error) {
    if (error instanceof Refusal && error.kind === 'unavailable') return certificatePem;
    throw error;
  }
}

export interface NodeOptions {
  readonly logger: Logger;
  readonly tamper?: Tamper | undefined;
  /** Told what would be trained on, before it is. */
  readonly onReport: (report: DataReport) => void;
}

/** A node ready to take part. Refuses with the first refusal of the data checks. */
export async function composeNode(
  station: Station,
  { logger, tamper, onReport }: NodeOptions,
): Promise<ClientNode> {
  const { home, membership, federation, config, identity, log, coordinator } = station;
  const data = requireData(config);
  const report = await checkData(sourceOf(data), federation, config.policy, home.folder);
  onReport(report);
  const rows = await openCheckedRows(report, federation, home.folder);
  const incidents = data.incidents ? await loadIncidents(data.incidents, federation) : undefined;
  const { family, backend } = await loadLearning(federation);
  return {
    membership,
    federation,
    policy: config.policy,
    identity,
    log,
    coordinator,
    receipts: await ReceiptsFile.open(home.path('receipts.ndjson')),
    outbox: new OutboxFile(home.path('outbox.json')),
    models: modelsOf(station),
    blobs: new BlobFolder(home.path('cache'), config.cacheBytes, coordinator),
    family,
    backend,
    rows,
    fingerprint: report.fingerprint ?? '',
    incidents,
    seenLog: new SeenLog(log, await home.head()),
    saveHead: headSaver(home),
    tamper,
    logger,
    software: SOFTWARE,
    nowMs: Date.now,
  };
}

export async function closeNode(node: ClientNode): Promise<void> {
  await node.receipts.close();
  await node.rows.close();
  node.coordinator.close();
}

export function modelsOf({ home, config }: Pick<Station, 'home' | 'config'>): ModelsFolder {
  return new ModelsFolder(home.path('models'), config.keepModels);
}

/** Writes only what changed: an idle node leaves the disk alone. */
function headSaver(home: HomeFolder): (head: TreeHead) => Promise<void> {
  let saved: number | undefined;
  return async (head) => {
    if (head.size === saved || head.size === 0) return;
    await home.saveHead(head);
    saved = head.size;
  };
}
