/** One cell of the grid: an attack against a policy, from the seed to the figures. */
import { type Federation, FederationSchema } from '../../shared/federation/schema.ts';
import { familyOf } from '../../shared/learning/families.ts';
import type { ModelFamily } from '../../shared/learning/family.ts';
import { Refusal } from '../../shared/refusal.ts';
import type { TensorSet } from '../../shared/tensors/tensor.ts';
import type { Attack } from './attacks/attack.ts';
import { ATTACKS, NO_ATTACK } from './attacks/registry.ts';
import { type Cast, castOf } from './cast.ts';
import type { LabData } from './lab-data.ts';
import { type LabPolicy, policyOf } from './policies.ts';
import { nothingLearnt, type Scores, scoresOf } from './scores.ts';
import { type SimulationResult, simulate } from './simulation.ts';
import { newTally, rateOf, type Tally } from './tally.ts';
import type { Training } from './training.ts';

export interface CellPlan {
  readonly attack: string;
  readonly policy: string;
  readonly attackers: number;
  readonly seed: number;
  /** The kind of anomaly that is hidden, and judged apart. */
  readonly family: string;
}

/** Rates are per update, over the rounds of the step that makes the model. */
export interface Cell extends CellPlan {
  readonly auroc: number;
  readonly ap: number;
  readonly hiddenFamilyAuroc: number;
  readonly attackersRefused: number;
  readonly honestRefused: number;
  readonly seconds: number;
  /** At the published threshold. */
  readonly fpr: number;
  readonly tpr: number;
  readonly threshold: number;
  /** AUROC of each kind of anomaly in the test rows that has incidents too. */
  readonly families: Readonly<Record<string, number>>;
  /** Refused, or sent in quarantine. */
  readonly attackersKeptOut: number;
  readonly honestKeptOut: number;
  /** Updates refused in the rounds of statistics, per update. */
  readonly statisticsRefused: { readonly attackers: number; readonly honest: number };
  /** Members in quarantine at the end. */
  readonly attackersQuarantined: number;
  readonly honestQuarantined: number;
  /** Refusals by code. */
  readonly refusals: Tally['codes'];
  /** Why there is no model, then scored as if it knew nothing; null when there is one. */
  readonly failed: string | null;
}

/** What all cells of a lab have in common. Plain data. */
export interface LabSettings {
  /** Parsed by the schema again for each cell, with the cell's seed. */
  readonly federation: Federation;
  /** Whether `federation` came from a file, whose policy is then known as `file`. */
  readonly fromFile: boolean;
}

/** The federation without a policy: what it learns, and the seed. */
export function federationAt({ federation }: LabSettings, seed: number): Federation {
  return FederationSchema.parse({ ...federation, canary: undefined, seed });
}

export function labPolicy(settings: LabSettings, name: string, seed: number): LabPolicy {
  const { aggregation, checks, standing } = settings.federation;
  const own = settings.fromFile ? { aggregation, checks, standing } : undefined;
  return policyOf(name, federationAt(settings, seed), own);
}

export function attackOf(name: string): Attack | undefined {
  return name === NO_ATTACK ? undefined : ATTACKS.find((attack) => attack.name === name);
}

/** Deterministic in the plan but for `seconds`. */
export async function playCell(
  data: LabData,
  settings: LabSettings,
  plan: CellPlan,
  training: Training,
): Promise<Cell> {
  const started = performance.now();
  const policy = labPolicy(settings, plan.policy, plan.seed);
  const family = familyOf(policy.federation);
  const attack = attackOf(plan.attack);
  const cast = castOf(data, plan.seed, plan.attackers, plan.family);
  const { result, failed } = await played({ policy, family, cast, attack, seed: plan.seed, training });
  const model = result?.base && family.assemble(result.base);
  const scores = await scoredOrNothing(data, cast, attack, { family, model, result, policy });
  const tally = result?.tally ?? newTally();
  const quarantined = quarantinedIn(result, cast);
  return {
    ...plan,
    ...scores,
    hiddenFamilyAuroc: scores.families[plan.family] ?? Number.NaN,
    attackersRefused: rateOf(tally.model.attackers.refused, tally.model.attackers),
    honestRefused: rateOf(tally.model.honest.refused, tally.model.honest),
    attackersKeptOut: rateOf(tally.model.attackers.keptOut, tally.model.attackers),
    honestKeptOut: rateOf(tally.model.honest.keptOut, tally.model.honest),
    statisticsRefused: {
      attackers: rateOf(tally.statistics.attackers.refused, tally.statistics.attackers),
      honest: rateOf(tally.statistics.honest.refused, tally.statistics.honest),
    },
    ...quarantined,
    refusals: tally.codes,
    failed: failed ?? result?.failure ?? null,
    seconds: (performance.now() - started) / 1000,
  };
}

/** A refusal of the arithmetic is an outcome of the attack, not of the lab. */
async function played(
  input: Parameters<typeof simulate>[0],
): Promise<{ result: SimulationResult | undefined; failed: string | undefined }> {
  try {
    return { result: await simulate(input), failed: undefined };
  } catch (error) {
    if (!(error instanceof Refusal) || error.code === 'internal') throw error;
    return { result: undefined, failed: `${error.code}: ${error.message}` };
  }
}

async function scoredOrNothing(
  data: LabData,
  cast: Cast,
  attack: Attack | undefined,
  found: {
    readonly family: ModelFamily;
    readonly model: TensorSet | undefined;
    readonly result: SimulationResult | undefined;
    readonly policy: LabPolicy;
  },
): Promise<Scores> {
  const { family, model, result, policy } = found;
  if (model === undefined || result === undefined) return nothingLearnt(data);
  const { federation } = policy;
  return scoresOf({ data, cast, attack, family, model, contributors: result.contributors, federation });
}

function quarantinedIn(
  result: SimulationResult | undefined,
  { attackers }: Cast,
): Pick<Cell, 'attackersQuarantined' | 'honestQuarantined'> {
  const members = [...(result?.state.members.values() ?? [])];
  const quarantined = members.filter(({ standing }) => standing === 'quarantined');
  const crooked = quarantined.filter(({ id }) => attackers.has(id)).length;
  return { attackersQuarantined: crooked, honestQuarantined: quarantined.length - crooked };
}
