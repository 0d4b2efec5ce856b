/** What the demonstration ends with, for machines: the document behind `--json`. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Measures } from './measures.ts';
import type { Outcome } from './results.ts';

export interface Summary {
  readonly family: string;
  readonly federation: string;
  readonly seed: number;
  readonly organisations: readonly string[];
  readonly attackers: readonly string[];
  readonly rounds: readonly {
    readonly round: number;
    readonly kind: string;
    readonly accepted: number;
    readonly refused: readonly { readonly member: string; readonly code: string }[];
    readonly seconds: number;
    /** Of the model the run would have given here; rounds of a long run are sampled. */
    readonly auroc?: number;
    readonly ap?: number;
  }[];
  readonly quarantined: readonly string[];
  /** Rounds that were computed again and hold. */
  readonly verifiedRounds: readonly number[];
  /** Over all test rows, f1, tpr and fpr at the published threshold. */
  readonly final: Measures & {
    readonly perOrganisation: Readonly<Record<string, Measures>>;
    /** The same family on its own rows only, at its own threshold. */
    readonly localOnly: Readonly<Record<string, Measures>>;
  };
  readonly model: {
    readonly version: number;
    readonly digest: string;
    readonly threshold: number;
    readonly manifestVerified: boolean;
  };
  readonly seconds: number;
  readonly versions: Readonly<Record<string, string>>;
}

export function summaryOf(outcome: Outcome): Summary {
  const { federation, rounds, byRound, final, model, proof, serving, threshold } = outcome;
  return {
    family: federation.model.family,
    federation: federation.federation,
    seed: federation.seed,
    organisations: outcome.organisations,
    attackers: outcome.attackers,
    rounds: rounds.map(({ round, step, accepted, refused, seconds }) => ({
      round,
      kind: step,
      accepted,
      refused: refused.map(({ name, code }) => ({ member: name, code })),
      seconds,
      ...byRound.get(round),
    })),
    quarantined: outcome.quarantined.map(({ name }) => name),
    verifiedRounds: outcome.verified.map(({ round }) => round),
    final: {
      ...final,
      perOrganisation: Object.fromEntries(outcome.perOrganisation),
      localOnly: Object.fromEntries(outcome.localOnly),
    },
    model: { ...model, threshold, manifestVerified: proof.holds },
    seconds: outcome.seconds,
    versions: { vedette: serving.software, node: process.version, algebra: serving.backend },
  };
}

/** A measure that does not exist is `null`: JSON has no NaN. */
export function writeSummary(file: string, summary: Summary): void {
  writeFileSync(resolve(file), `${JSON.stringify(summary, null, 2)}\n`);
}
