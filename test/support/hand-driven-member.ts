/** A member whose every step is taken by hand: what an honest node would send, and whatever a dishonest one might. */
import { createHash } from 'node:crypto';
import { pino } from 'pino';
import { upload } from '../../client/adapters/grpc/transfer.ts';
import { HomeFolder } from '../../client/adapters/home/home-folder.ts';
import { closeNode, composeNode, openStation } from '../../client/compose.ts';
import { memberSeed } from '../../client/core/member-seed.ts';
import { fetchTensors } from '../../client/flow/fetch.ts';
import type { ClientNode } from '../../client/flow/node.ts';
import { protect } from '../../client/flow/protect.ts';
import type { RoundPlan } from '../../client/ports/coordinator.ts';
import { keyToPem } from '../../shared/identity/keys.ts';
import { signUpdateHeader, type UpdateHeader } from '../../shared/provenance/update-header.ts';
import { Connection, type ConnectionOptions } from '../../shared/wire/connection.ts';
import type { SubmitReply } from '../../shared/wire/generated/vedette/v1/SubmitReply.ts';
import { PARTICIPATION } from '../../shared/wire/protocol.ts';
import type { Consortium } from './small-consortium.ts';

export interface MadeUpdate {
  readonly plan: RoundPlan;
  readonly bytes: Uint8Array;
  readonly samples: number;
}

const FOREVER = new AbortController().signal;

export class HandDrivenMember {
  readonly node: ClientNode;
  readonly connection: Connection;
  readonly #options: ConnectionOptions;

  private constructor(node: ClientNode, options: ConnectionOptions) {
    this.node = node;
    this.#options = options;
    this.connection = new Connection(options);
  }

  static async of({ members }: Consortium, name: string): Promise<HandDrivenMember> {
    const home = new HomeFolder(members.get(name) ?? '');
    const station = await openStation(home);
    const node = await composeNode(station, { logger: pino({ level: 'silent' }), onReport: () => {} });
    const keyPem = keyToPem(await home.transportKey());
    return new HandDrivenMember(node, {
      endpoint: station.membership.endpoint,
      caPem: await home.caPem(),
      federation: station.federation.federation,
      key: station.identity,
      certificate: { certificatePem: station.renewal.certificatePem, keyPem },
    });
  }

  /** Another line to the coordinator, with something about it changed. */
  connectWith(changes: Partial<ConnectionOptions>): Connection {
    return new Connection({ ...this.#options, ...changes });
  }

  /** The plan of the round that awaits this member's update, once there is one newer than `after`. */
  async plan(after = 0): Promise<RoundPlan> {
    const over = new AbortController();
    const situations = this.connection.follow(
      PARTICIPATION.Follow,
      () => ({ software: 'test', treeSize: 0 }),
      {
        signal: over.signal,
      },
    );
    try {
      for await (const { plan } of situations) if (plan && plan.round > after) return plan;
    } finally {
      over.abort();
    }
    throw new Error('the coordinator ended the following');
  }

  /** The update that an honest node makes of this plan. */
  async honestUpdate(plan: RoundPlan): Promise<MadeUpdate> {
    const step = this.node.family.steps.find(({ kind }) => kind === plan.step);
    if (!step) throw new Error(`no step ${plan.step}`);
    const base = await fetchTensors(this.node, plan.base, FOREVER);
    const seed = memberSeed(plan.seed, this.node.membership.member);
    const result = await step.train(this.node.rows.training, { base, seed, progress: () => {} });
    const { bytes, samples } = protect(result, plan, this.node.policy, undefined);
    return { plan, bytes, samples };
  }

  header({ plan, bytes, samples }: MadeUpdate, changes: Partial<UpdateHeader> = {}): UpdateHeader {
    return {
      federation: this.node.federation.federation,
      run: plan.run,
      round: plan.round,
      attempt: plan.attempt,
      step: plan.step,
      member: this.node.identity.did,
      base: plan.base,
      update: digestOf(bytes),
      bytes: bytes.length,
      samples,
      metrics: {},
      fingerprint: this.node.fingerprint,
      privacy: { mechanism: 'none' },
      software: 'vedette/test',
      issuedAt: new Date().toISOString(),
      nonce: plan.nonce,
      ...changes,
    };
  }

  sign(header: UpdateHeader): string {
    return signUpdateHeader(this.node.identity, header);
  }

  async upload(bytes: Uint8Array): Promise<void> {
    await upload(this.connection, digestOf(bytes), bytes);
  }

  async submit(jws: string): Promise<SubmitReply> {
    return await this.connection.unary(PARTICIPATION.Submit, { header: jws });
  }

  /** Uploads and hands in, with a header changed as told. */
  async send(update: MadeUpdate, changes: Partial<UpdateHeader> = {}): Promise<SubmitReply> {
    await this.upload(update.bytes);
    return await this.submit(this.sign(this.header(update, changes)));
  }

  /** One round, as it should be. */
  async takePart(plan: RoundPlan): Promise<SubmitReply> {
    return await this.send(await this.honestUpdate(plan));
  }

  async close(): Promise<void> {
    this.connection.close();
    await closeNode(this.node);
  }
}

export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The same tensors in other bytes, with blanks after the JSON header, so that no earlier round left this blob behind. */
export function asNeverSeen(update: MadeUpdate): MadeUpdate {
  const old = Buffer.from(update.bytes);
  const end = 8 + Number(old.readBigUInt64LE(0));
  const blanks = Buffer.alloc(8 * update.plan.round, ' ');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(end - 8 + blanks.length));
  return { ...update, bytes: Buffer.concat([length, old.subarray(8, end), blanks, old.subarray(end)]) };
}
