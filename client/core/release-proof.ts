/** What can be proven of a published model, offline, from its files and the keys that were pinned beforehand. */
import { publicKeyOf } from '../../shared/identity/did-key.ts';
import type { TrustedLog } from '../../shared/provenance/log-proof.ts';
import {
  type Manifest,
  parseManifest,
  verifyManifest,
  verifyManifestProvenance,
} from '../../shared/provenance/manifest.ts';
import {
  type FileDigests,
  MODEL_SIGNATURE_FILE,
  parseModelSignature,
  requireSignature,
} from '../../shared/provenance/model-signing.ts';
import { thresholdBy } from '../../shared/provenance/threshold-rule.ts';
import { verifyVote } from '../../shared/provenance/vote.ts';
import { Refusal, type RefusalCode } from '../../shared/refusal.ts';
import type { TreeHead } from '../../shared/transparency/checkpoint.ts';

export const WEIGHTS_FILE = 'model.safetensors';
export const MANIFEST_FILE = 'manifest.json';
export const PROVENANCE_FILE = 'provenance.json';

/** A release as found: every file by digest, and the three that are read. */
export interface ReleaseContent {
  readonly digests: FileDigests;
  readonly signature: string;
  readonly manifest: string;
  readonly provenance: Uint8Array;
}

/** Keys from the invite and the enrolment, or given by hand. What is absent cannot be proven. */
export interface ReleaseTrust {
  /** did:key that signs manifests. */
  readonly coordinator: string;
  readonly log?: TrustedLog | undefined;
  /** did:key (P-256) that signs model.sig. */
  readonly publisher?: string | undefined;
}

export interface ProofStep {
  readonly name: 'files' | 'publisher' | 'manifest' | 'journal' | 'weights' | 'provenance' | 'votes';
  readonly outcome: 'ok' | 'failed' | 'not checked';
  readonly message: string;
  readonly code?: RefusalCode;
}

export interface ReleaseProof {
  readonly steps: readonly ProofStep[];
  /** No step failed. */
  readonly holds: boolean;
  /** Absent when it could not be believed. */
  readonly manifest: Manifest | undefined;
  /** The log head the manifest leads to, when the log's key is known. */
  readonly head: TreeHead | undefined;
}

/** What no file can prove, said each time, so that nobody takes the proof for more than it is. */
export const NOT_PROVEN: readonly string[] = [
  'that the rows behind the updates were honest: the verdicts in provenance.json say how each update was judged',
  'that the weights follow from the updates: `vedette-coordinator models verify` recomputes them from the blobs',
  'that the journal was never forked: compare its checkpoint with that of another member',
];

/** Every step is tried, so that one failure does not hide the next. */
export function proveRelease(content: ReleaseContent, trust: ReleaseTrust): ReleaseProof {
  const steps: ProofStep[] = [];
  const attempt = <T>(name: ProofStep['name'], prove: () => { message: string; value: T }): T | undefined => {
    const { step, value } = tried(name, prove);
    steps.push(step);
    return value;
  };
  const skip = (name: ProofStep['name'], message: string) =>
    steps.push({ name, outcome: 'not checked', message });

  const signature = attempt('files', () => proveFiles(content));
  if (!trust.publisher) skip('publisher', 'no publisher key was given: anyone could have made model.sig');
  else if (signature) attempt('publisher', () => provePublisher(content, trust.publisher ?? ''));
  else skip('publisher', 'model.sig does not match the files');

  const manifest = attempt('manifest', () => proveManifest(content, trust));
  if (!manifest) return { steps, holds: false, manifest: undefined, head: undefined };
  const { log } = trust;
  const head = log ? attempt('journal', () => proveJournal(content, trust.coordinator, log)) : undefined;
  if (!log) skip('journal', 'no journal key was given: the manifest may be missing from the journal');
  attempt('weights', () => proveWeights(content, manifest));
  attempt('provenance', () => proveProvenance(content, manifest));
  attempt('votes', () => proveVotes(manifest));
  return { steps, holds: steps.every(({ outcome }) => outcome !== 'failed'), manifest, head };
}

/** Steps that nobody could check: a key was not given, or what they rest on failed. */
export function uncheckedSteps({ steps }: Pick<ReleaseProof, 'steps'>): readonly ProofStep[] {
  return steps.filter(({ outcome }) => outcome === 'not checked');
}

/** Refuses with the first failed step. */
export function requireProven(proof: ReleaseProof): void {
  const failed = proof.steps.find(({ outcome }) => outcome === 'failed');
  if (failed)
    throw new Refusal(failed.code ?? 'model_invalid', `${failed.name}: ${failed.message}`, {
      step: failed.name,
    });
}

interface Proven<T> {
  readonly message: string;
  readonly value: T;
}

function tried<T>(
  name: ProofStep['name'],
  prove: () => Proven<T>,
): { step: ProofStep; value: T | undefined } {
  try {
    const { message, value } = prove();
    return { step: { name, outcome: 'ok', message }, value };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { step: { name, outcome: 'failed', message: error.message, code: error.code }, value: undefined };
  }
}

function proveFiles({ signature, digests }: ReleaseContent): Proven<true> {
  const { files } = parseModelSignature(signature);
  for (const [name, digest] of files) {
    const found = digests.get(name);
    if (found === undefined) throw new Refusal('model_invalid', `${name} is listed but missing`);
    if (found !== digest)
      throw new Refusal('model_invalid', `${name} hashes to ${found}, listed is ${digest}`);
  }
  const unlisted = [...digests.keys()].filter((name) => name !== MODEL_SIGNATURE_FILE && !files.has(name));
  if (unlisted.length > 0)
    throw new Refusal('model_invalid', `not listed in model.sig: ${unlisted.join(', ')}`);
  return { message: `${files.size} files, all listed in model.sig and unchanged`, value: true };
}

function provePublisher({ signature }: ReleaseContent, publisher: string): Proven<true> {
  requireSignature(parseModelSignature(signature), publicKeyOf(publisher));
  return { message: `model.sig is signed by ${publisher}`, value: true };
}

function proveManifest({ manifest: text }: ReleaseContent, { coordinator }: ReleaseTrust): Proven<Manifest> {
  const { manifest, signers } = parseManifest(text);
  if (signers[0] !== coordinator) {
    throw new Refusal('manifest_invalid', `signed first by ${signers[0]}, the coordinator is ${coordinator}`);
  }
  const { federation, version } = manifest;
  return { message: `version ${version} of ${federation.id}, signed by ${coordinator}`, value: manifest };
}

function proveJournal({ manifest }: ReleaseContent, coordinator: string, log: TrustedLog): Proven<TreeHead> {
  const { head, manifest: verified } = verifyManifest(manifest, { coordinator, log });
  return {
    message: `entry ${verified.log.index} of ${head.size} in the journal ${head.origin}`,
    value: head,
  };
}

function proveWeights({ digests }: ReleaseContent, { weights }: Manifest): Proven<true> {
  const found = digests.get(WEIGHTS_FILE);
  if (found !== weights.digest) {
    throw new Refusal(
      'model_invalid',
      `${WEIGHTS_FILE} hashes to ${found ?? 'nothing'}, the manifest says ${weights.digest}`,
    );
  }
  return { message: `SHA-256 ${weights.digest}, as the manifest says`, value: true };
}

function proveProvenance({ provenance: bytes }: ReleaseContent, manifest: Manifest): Proven<true> {
  const { updates } = verifyManifestProvenance(manifest, bytes);
  const taken = updates.filter(({ appliedWeight }) => appliedWeight > 0).length;
  const { members } = manifest.contributions;
  return {
    message: `${updates.length} signed updates, ${taken} taken, of ${members.length} members`,
    value: true,
  };
}

/** The threshold follows from the reports by the rule named, and behind each report stands a signed vote. */
function proveVotes({ evaluation, threshold, run, weights }: Manifest): Proven<true> {
  const signed = new Map(
    evaluation.votes.map(({ member, vote }) => {
      const { p99, candidate, run: voted } = verifyVote(vote, member);
      if (candidate !== weights.digest || voted !== run) {
        throw new Refusal('vote_invalid', `the vote of ${member} is on another candidate`);
      }
      return [member, p99] as const;
    }),
  );
  for (const { member, p99 } of threshold.reports) {
    if (signed.get(member) !== p99)
      throw new Refusal('vote_invalid', `the report of ${member} is not what it signed`);
  }
  const reports = threshold.reports.map(({ p99 }) => p99);
  const expected = thresholdBy(threshold.rule, reports);
  if (threshold.value !== expected) {
    const given = expected ?? `no threshold by a rule ${threshold.rule}`;
    throw new Refusal('manifest_invalid', `threshold ${threshold.value}, the reports give ${given}`);
  }
  return {
    message: `threshold ${threshold.value}, ${threshold.rule} of ${threshold.reports.length} signed votes`,
    value: true,
  };
}
