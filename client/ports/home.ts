import type { SigningKey } from '../../shared/identity/keys.ts';
import type { Membership } from '../core/membership.ts';

/** The part of a node's home that enrolling writes. Every file is private to the user and replaced as a whole. */
export interface Home {
  readonly folder: string;
  path(...names: string[]): string;
  make(): Promise<void>;
  findMembership(): Promise<Membership | undefined>;
  saveMembership(membership: Membership): Promise<void>;
  save(name: 'client.yaml' | 'federation.json' | 'certificate.pem' | 'ca.pem', text: string): Promise<void>;
  /** The key of that use, made now unless an earlier, interrupted `join` left one. */
  findOrMakeKey(use: 'identity' | 'transport'): Promise<SigningKey>;
  /** client.yaml as it is, or as it would first be written. */
  configText(): Promise<string>;
}
