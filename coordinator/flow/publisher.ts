import type { SigningKey } from '../../shared/identity/keys.ts';

/** The keys with which the coordinator vouches for what it says. Each has one use. */
export interface Publisher {
  /** Ed25519: receipts and manifests. */
  readonly identity: SigningKey;
  /** P-256: model.sig, for tools that know nothing of Vedette. */
  readonly release: SigningKey;
  /** e.g. `vedette/0.1.0` */
  readonly software: string;
}
