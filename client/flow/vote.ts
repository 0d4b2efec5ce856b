/** Scores this site's own rows with a candidate and says, signed, whether it may become the model. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scorer } from '../../shared/learning/family.ts';
import { signVote } from '../../shared/provenance/vote.ts';
import { decode } from '../../shared/tensors/safetensors.ts';
import { type CandidateEvidence, judgeCandidate } from '../core/judge-candidate.ts';
import type { Ballot } from '../ports/coordinator.ts';
import { fetchTensors } from './fetch.ts';
import type { ClientNode } from './node.ts';
import { scoreBatch, scoreSource } from './score-rows.ts';
import { keepReceipt } from './submit.ts';

export async function vote(node: ClientNode, ballot: Ballot, signal: AbortSignal): Promise<void> {
  const { federation, rows, logger } = node;
  if (rows.heldBack.count === 0) {
    logger.warn(
      { run: ballot.run },
      'no row is held back here: this node cannot judge the candidate and abstains',
    );
    return;
  }
  const evidence = await gatherEvidence(node, ballot, signal);
  const { alertBudget } = federation.threshold;
  const { regressionBound } = federation.promotion;
  const { approve, reason, p99, heldBack } = judgeCandidate(evidence, { alertBudget, regressionBound });
  const jws = signVote(node.identity, {
    federation: federation.federation,
    run: ballot.run,
    candidate: ballot.candidate,
    member: node.identity.did,
    heldBack,
    p99,
    approve,
    reason,
    metrics: {},
    issuedAt: new Date(node.nowMs()).toISOString(),
  });
  signal.throwIfAborted();
  const receipt = await node.coordinator.vote(jws);
  keepReceipt(node, receipt, { kind: 'vote', digest: ballot.candidate, round: 0, attempt: 0 });
  logger.info(
    {
      run: ballot.run,
      candidate: ballot.candidate.slice(0, 12),
      approve,
      reason,
      p99,
    },
    'voted',
  );
}

async function gatherEvidence(
  node: ClientNode,
  ballot: Ballot,
  signal: AbortSignal,
): Promise<CandidateEvidence> {
  const candidate = node.family.scorer(await fetchTensors(node, ballot.candidate, signal));
  try {
    const scores = await scoreSite(node, candidate);
    const current = scores.incidents ? await scoreWithCurrent(node) : undefined;
    return current ? { ...scores, current } : scores;
  } finally {
    candidate.dispose();
  }
}

interface SiteScores {
  readonly heldBack: Float32Array;
  readonly incidents?: Float32Array;
}

async function scoreSite({ rows, incidents }: ClientNode, scorer: Scorer): Promise<SiteScores> {
  const heldBack = await scoreSource(scorer, rows.heldBack);
  return incidents ? { heldBack, incidents: await scoreBatch(scorer, incidents.rows) } : { heldBack };
}

/** The same rows under the model in use here; undefined before the first one. */
async function scoreWithCurrent(node: ClientNode): Promise<Required<SiteScores> | undefined> {
  const installed = await node.models.current();
  if (!installed) return undefined;
  const scorer = node.family.scorer(decode(await readFile(join(installed.folder, 'model.safetensors'))));
  try {
    const { heldBack, incidents } = await scoreSite(node, scorer);
    return incidents && { heldBack, incidents };
  } finally {
    scorer.dispose();
  }
}
