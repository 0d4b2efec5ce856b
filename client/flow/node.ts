/** What the verbs of this folder work with: one node in one federation. Put together in compose.ts. */
import type { Logger } from 'pino';
import type { Federation } from '../../shared/federation/schema.ts';
import type { SigningKey } from '../../shared/identity/keys.ts';
import type { ModelFamily, RowSource } from '../../shared/learning/family.ts';
import type { TrustedLog } from '../../shared/provenance/log-proof.ts';
import type { TreeHead } from '../../shared/transparency/checkpoint.ts';
import type { Membership } from '../core/membership.ts';
import type { SeenLog } from '../core/seen-log.ts';
import type { Incidents } from '../data/incidents.ts';
import type { SitePolicy } from '../data/site-policy.ts';
import type { Tamper } from '../drills/tamper.ts';
import type { BlobCache } from '../ports/blob-cache.ts';
import type { Coordinator } from '../ports/coordinator.ts';
import type { InstalledModels } from '../ports/installed-models.ts';
import type { Outbox } from '../ports/outbox.ts';
import type { Receipts } from '../ports/receipts.ts';

/** This site's normal rows: those trained on, and those that only judge. */
export interface SiteRows {
  readonly training: RowSource;
  readonly heldBack: RowSource;
  close(): Promise<void>;
}

/** What a node that takes part in rounds has at hand. */
export interface ClientNode {
  readonly membership: Membership;
  readonly federation: Federation;
  readonly policy: SitePolicy;
  readonly identity: SigningKey;
  readonly log: TrustedLog;
  readonly coordinator: Coordinator;
  readonly receipts: Receipts;
  readonly outbox: Outbox;
  readonly models: InstalledModels;
  readonly blobs: BlobCache;
  readonly family: ModelFamily;
  /** Which tf.js backend does the algebra here. */
  readonly backend: string;
  readonly rows: SiteRows;
  /** SHA-256 that commits to the data trained on. */
  readonly fingerprint: string;
  readonly incidents: Incidents | undefined;
  readonly seenLog: SeenLog;
  readonly saveHead: (head: TreeHead) => Promise<void>;
  /** A drill's change to every update; undefined outside drills. */
  readonly tamper: Tamper | undefined;
  readonly logger: Logger;
  readonly software: string;
  readonly nowMs: () => number;
}
