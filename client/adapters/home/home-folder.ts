/**
 * A node's home: everything it owns, in one folder.
 *
 *   client.yaml        what the site decides          membership.json  who it is in which federation
 *   key.pem            identity key (Ed25519)         federation.json  the federation as announced
 *   transport.pem      TLS key (P-256)                head.json        the last tree head it checked
 *   certificate.pem    short-lived TLS certificate    receipts.ndjson  its evidence
 *   ca.pem             the CA that the invite pinned  models/ cache/ rows/
 */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { validateFederation } from '../../../shared/federation/load.ts';
import type { Federation } from '../../../shared/federation/schema.ts';
import { type KeyUse, loadKey, makeKey, type SigningKey, saveKey } from '../../../shared/identity/keys.ts';
import { Refusal } from '../../../shared/refusal.ts';
import type { TreeHead } from '../../../shared/transparency/checkpoint.ts';
import { type ClientConfig, CONFIG_TEMPLATE, parseConfig } from '../../config.ts';
import { type Membership, MembershipSchema } from '../../core/membership.ts';
import { readPrivateJson } from '../../data/private-json.ts';
import type { Home } from '../../ports/home.ts';
import { readIfThere, writePrivateFile } from './private-file.ts';

const HeadSchema = z.strictObject({ origin: z.string(), size: z.int().min(0), root: z.string() });

export class HomeFolder implements Home {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = resolve(folder);
  }

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  async make(): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
  }

  /** Undefined until `join` has come to its end. */
  async findMembership(): Promise<Membership | undefined> {
    return await readPrivateJson(this.path('membership.json'), MembershipSchema);
  }

  async membership(): Promise<Membership> {
    const membership = await this.findMembership();
    if (membership) return membership;
    throw new Refusal('home_missing', `no membership in ${this.folder}`, { home: this.folder });
  }

  async saveMembership(membership: Membership): Promise<void> {
    await writePrivateFile(this.path('membership.json'), `${JSON.stringify(membership, null, 2)}\n`);
  }

  async federation(): Promise<Federation> {
    const text = await this.#text('federation.json');
    return validateFederation(JSON.parse(text), this.path('federation.json'));
  }

  async config(): Promise<ClientConfig> {
    return parseConfig(await this.configText(), this.folder, this.path('client.yaml'));
  }

  async configText(): Promise<string> {
    return (await readIfThere(this.path('client.yaml'))) ?? CONFIG_TEMPLATE;
  }

  async save(
    name: 'client.yaml' | 'federation.json' | 'certificate.pem' | 'ca.pem',
    text: string,
  ): Promise<void> {
    await writePrivateFile(this.path(name), text);
  }

  async caPem(): Promise<string> {
    return this.#text('ca.pem');
  }

  async certificatePem(): Promise<string> {
    return this.#text('certificate.pem');
  }

  async identityKey(): Promise<SigningKey> {
    return loadKey(this.path('key.pem'), 'identity');
  }

  async transportKey(): Promise<SigningKey> {
    return loadKey(this.path('transport.pem'), 'transport');
  }

  /** The key of that use, made now unless an earlier, interrupted `join` left one. */
  async findOrMakeKey(use: Extract<KeyUse, 'identity' | 'transport'>): Promise<SigningKey> {
    const path = this.path(use === 'identity' ? 'key.pem' : 'transport.pem');
    try {
      return await loadKey(path, use);
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'key_missing') throw error;
    }
    const key = makeKey(use);
    await saveKey(path, key);
    return key;
  }

  /** The last tree head that was found consistent. */
  async head(): Promise<TreeHead | undefined> {
    return await readPrivateJson(this.path('head.json'), HeadSchema);
  }

  async saveHead(head: TreeHead): Promise<void> {
    await writePrivateFile(this.path('head.json'), JSON.stringify(head));
  }

  async #text(name: string): Promise<string> {
    const text = await readIfThere(this.path(name));
    if (text !== undefined) return text;
    throw new Refusal('home_missing', `${this.path(name)} is missing`, { home: this.folder });
  }
}
