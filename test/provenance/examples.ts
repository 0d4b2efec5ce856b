/** A small run with everything signed: the statements that the tests of provenance start from. */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { makeKey, type SigningKey } from '../../shared/identity/keys.ts';
import type { LogProof } from '../../shared/provenance/log-proof.ts';
import type { Manifest } from '../../shared/provenance/manifest.ts';
import { contributionsOf, encodeProvenance, type Provenance } from '../../shared/provenance/provenance.ts';
import { signUpdateHeader, type UpdateHeader } from '../../shared/provenance/update-header.ts';
import type { Vote } from '../../shared/provenance/vote.ts';
import { makeCheckpoint } from '../../shared/transparency/checkpoint.ts';
import { MerkleTree } from '../../shared/transparency/merkle-tree.ts';

export const digest = (text: string) => createHash('sha256').update(text).digest('hex');

export const coordinatorKey = makeKey('coordinator');
export const logKey = makeKey('log');
export const memberKey = makeKey('identity');
export const otherKey = makeKey('identity');
export const log = { origin: 'localhost:7443/demo', did: logKey.did };
export const trusted = { coordinator: coordinatorKey.did, log };

/** Proof of leaf 5 in a log of 12. */
export function exampleProof(): LogProof {
  const tree = new MerkleTree();
  for (let i = 0; i < 12; i++) tree.append(digest(`entry ${i}`));
  const checkpoint = makeCheckpoint({ origin: log.origin, size: 12, root: tree.root() }, logKey);
  return { index: 5, leaf: tree.leaf(5), inclusion: tree.inclusionProof(5), checkpoint };
}

export function exampleHeader(key: SigningKey = memberKey): UpdateHeader {
  return {
    federation: 'demo',
    run: 'run-1',
    round: 3,
    attempt: 0,
    step: 'sums',
    member: key.did,
    base: digest('base'),
    update: digest('update'),
    bytes: 4096,
    samples: 1200,
    metrics: { loss: 0.25 },
    fingerprint: digest('data'),
    privacy: { mechanism: 'none' },
    software: 'vedette/0.1.0',
    issuedAt: '2026-11-22T12:00:00.000Z',
    nonce: 'nonce-1',
  };
}

export function exampleVote(): Vote {
  return {
    federation: 'demo',
    run: 'run-1',
    candidate: digest('candidate'),
    member: memberKey.did,
    heldBack: 300,
    p99: 1.75,
    approve: true,
    metrics: {},
    issuedAt: '2026-11-22T12:00:00.000Z',
  };
}

/** Two updates taken, one refused whose header was not even a token. */
export function exampleProvenance(): Provenance {
  const taken = [memberKey, otherKey].map((key, position) => ({
    round: 3,
    step: 'sums',
    attempt: 0,
    member: key.did,
    update: digest('update'),
    samples: 1200,
    header: signUpdateHeader(key, exampleHeader(key)),
    verdict: { decision: 'accept' as const },
    appliedWeight: 0.5,
    index: 7 + position,
  }));
  const [first] = taken;
  if (!first) throw new Error('there are two');
  const refused = {
    ...first,
    header: 'garbage',
    samples: 0,
    verdict: { decision: 'reject' as const, code: 'update_signature' as const, message: 'not signed' },
    appliedWeight: 0,
    index: 9,
  };
  return { type: 'vedette-provenance-v1', federation: 'demo', run: 'run-1', updates: [...taken, refused] };
}

export function exampleManifest(provenance = exampleProvenance()): Manifest {
  const model = { family: 'christoffel', features: 8 };
  const features = [{ name: 'bytes', type: 'numeric' }];
  const definition = { federation: 'demo', model, features };
  const members = contributionsOf(provenance).map((part) => ({
    ...part,
    name: `member ${part.member.slice(-4)}`,
  }));
  return {
    type: 'vedette-manifest-v1',
    federation: { id: 'demo', digest: digest(canonicalize(definition) ?? ''), definition },
    version: 1,
    parent: null,
    weights: { digest: digest('weights'), bytes: 1000 },
    model,
    features,
    threshold: {
      value: 1.75,
      alertBudget: 0.01,
      rule: 'second-highest',
      reports: [{ member: memberKey.did, p99: 1.75 }],
    },
    run: 'run-1',
    rounds: [
      {
        round: 3,
        step: 'sums',
        rule: 'weighted-mean',
        params: {},
        seed: 7,
        combined: digest('c'),
        base: digest('b'),
        accepted: 2,
        refused: 1,
      },
    ],
    contributions: { digest: encodeProvenance(provenance).digest, members },
    evaluation: {
      canary: { auroc: 0.97, ap: 0.98, normals: 100, anomalies: 50, families: { dos: 0.99 } },
      votes: [],
    },
    approvals: [{ by: 'policy', at: '2026-11-22T12:00:00.000Z' }],
    log: { origin: log.origin, ...exampleProof(), inclusion: [...exampleProof().inclusion] },
    software: 'vedette/0.1.0',
    createdAt: '2026-11-22T12:00:00.000Z',
  };
}
