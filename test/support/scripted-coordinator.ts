/** A coordinator that a test plays by hand: it signs what it says, and keeps a real log. */
import { createHash } from 'node:crypto';
import type {
  Coordinator,
  NodeReport,
  OwnVerdict,
  Release,
  RoundPlan,
  Situation,
  StandingReply,
} from '../../client/ports/coordinator.ts';
import { makeKey } from '../../shared/identity/keys.ts';
import { type Receipt, signReceipt } from '../../shared/provenance/receipt.ts';
import { verifyUpdateHeader } from '../../shared/provenance/update-header.ts';
import { type Vote, verifyVote } from '../../shared/provenance/vote.ts';
import { Refusal } from '../../shared/refusal.ts';
import { encode } from '../../shared/tensors/safetensors.ts';
import type { TensorSet } from '../../shared/tensors/tensor.ts';
import { makeCheckpoint } from '../../shared/transparency/checkpoint.ts';
import { MerkleTree } from '../../shared/transparency/merkle-tree.ts';

export const digestOf = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

export const QUIET: Situation = {
  standing: 'active',
  plan: null,
  ballot: null,
  model: null,
  head: null,
  round: 0,
  run: '',
  phase: 'idle',
};

export class ScriptedCoordinator implements Coordinator {
  readonly key = makeKey('coordinator');
  readonly logKey = makeKey('log');
  readonly log = { origin: 'localhost:7443/small', did: this.logKey.did };
  readonly calls: string[] = [];
  readonly blobs = new Map<string, Uint8Array>();
  readonly votes: Vote[] = [];
  readonly reports: NodeReport[] = [];
  readonly renewals: Uint8Array[] = [];
  readonly appeals: string[] = [];
  ownVerdicts: readonly OwnVerdict[] = [];
  standingReply: StandingReply = { standing: 'active', since: '', conduct: null, policy: null };
  /** What the next renewal gives. */
  certificate: string | undefined;
  published: Release | undefined;
  /** Thrown by the next call of that name, once. */
  readonly failNext = new Map<string, Refusal>();
  #tree = new MerkleTree();
  #waiting: Situation[] = [];
  #wake: () => void = () => {};
  #cut: Refusal | undefined;

  /** Shows a situation to whoever follows. */
  show(situation: Partial<Situation>): void {
    this.#waiting.push({ ...QUIET, ...situation });
    this.#wake();
  }

  /** Ends following with this refusal. */
  refuseFollowing(refusal: Refusal): void {
    this.#cut = refusal;
    this.#wake();
  }

  /** Another history from here on, as a coordinator would have that lost its disk or tells two stories. */
  fork(entries: number): void {
    this.#tree = new MerkleTree();
    for (let at = 0; at < entries; at += 1) this.#tree.append(digestOf(`another ${at}`));
  }

  grow(entries: number): void {
    for (let at = 0; at < entries; at += 1) this.#tree.append(digestOf(`entry ${this.#tree.size}`));
  }

  headFrom(treeSize: number) {
    const checkpoint = makeCheckpoint(
      { origin: this.log.origin, size: this.#tree.size, root: this.#tree.root() },
      this.logKey,
    );
    const consistency = this.#tree.consistencyProof(treeSize).map((hash) => Buffer.from(hash, 'hex'));
    return { checkpoint, consistency };
  }

  plan(base: TensorSet, overrides: Partial<RoundPlan> = {}): RoundPlan {
    const bytes = encode(base);
    this.blobs.set(digestOf(bytes), bytes);
    return {
      run: 'run-1',
      round: 1,
      attempt: 1,
      step: 'plain',
      base: digestOf(bytes),
      layout: base.layout.map(({ name, shape }) => ({ name, shape: [...shape] })),
      maxBytes: 1_000_000,
      maxSamples: 1_000_000,
      nonce: 'nonce',
      seed: 7,
      roundsDone: 0,
      roundsTotal: 1,
      ...overrides,
    };
  }

  async *follow(_treeSize: () => number, signal: AbortSignal): AsyncGenerator<Situation, void> {
    signal.addEventListener('abort', () => this.#wake(), { once: true });
    while (!signal.aborted) {
      const next = this.#waiting.shift();
      if (next) yield next;
      else if (this.#cut) {
        const cut = this.#cut;
        this.#cut = undefined;
        throw cut;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  async progress(): Promise<void> {
    this.#called('progress');
  }

  async submit(header: string) {
    this.#called('submit');
    const { member, update, round } = verifyUpdateHeader(header);
    if (!this.blobs.has(update)) throw new Refusal('blob_missing', 'not here');
    return { receipt: this.receipt({ kind: 'update', round, member, digest: update }), verdict: null };
  }

  async vote(token: string): Promise<string> {
    this.#called('vote');
    const vote = verifyVote(token);
    this.votes.push(vote);
    return this.receipt({ kind: 'vote', round: 1, member: vote.member, digest: vote.candidate });
  }

  receipt(of: Pick<Receipt, 'kind' | 'round' | 'member' | 'digest'>): string {
    this.grow(1);
    const index = this.#tree.size - 1;
    const { checkpoint } = this.headFrom(0);
    const proof = {
      index,
      leaf: this.#tree.leaf(index),
      inclusion: this.#tree.inclusionProof(index),
      checkpoint,
    };
    return signReceipt(this.key, { federation: 'small', verdict: { decision: 'accept' }, ...of, ...proof });
  }

  async verdicts(): Promise<readonly OwnVerdict[]> {
    this.#called('verdicts');
    return this.ownVerdicts;
  }

  async evidence(): Promise<string> {
    throw new Refusal('blob_missing', 'this coordinator keeps no evidence');
  }

  async standing(): Promise<StandingReply> {
    this.#called('standing');
    return this.standingReply;
  }

  async appeal(note: string): Promise<string> {
    this.#called('appeal');
    this.appeals.push(note);
    return '2026-01-01T00:00:00.000Z';
  }

  async report(report: NodeReport): Promise<void> {
    this.#called('report');
    this.reports.push(report);
  }

  async renew(csr: Uint8Array): Promise<string> {
    this.#called('renew');
    this.renewals.push(csr);
    if (this.certificate) return this.certificate;
    throw new Refusal('unavailable', 'no authority here');
  }

  async release(): Promise<Release> {
    this.#called('release');
    return this.published ?? { model: null, files: [] };
  }

  async head(treeSize: number) {
    this.#called('head');
    return this.headFrom(treeSize);
  }

  async upload(digest: string, bytes: Uint8Array): Promise<void> {
    this.#called('upload');
    this.blobs.set(digest, bytes);
  }

  async downloadBytes(digest: string): Promise<Uint8Array> {
    this.#called('download');
    const bytes = this.blobs.get(digest);
    if (!bytes) throw new Refusal('blob_missing', `no blob ${digest}`);
    return bytes;
  }

  async download(): Promise<void> {
    throw new Refusal('blob_missing', 'this coordinator has small blobs only');
  }

  useCertificate(): void {
    this.#called('useCertificate');
  }

  close(): void {}

  #called(name: string): void {
    this.calls.push(name);
    const refusal = this.failNext.get(name);
    this.failNext.delete(name);
    if (refusal) throw refusal;
  }
}
