import { Refusal } from '../../shared/refusal.ts';
import { adviceOn } from '../core/standing-advice.ts';
import type { Coordinator, OwnVerdict, StandingReply } from '../ports/coordinator.ts';
import { currentSituation } from './current-situation.ts';

/** Verdicts shown; `receipts` has them all. */
const LATEST = 10;

/** How this node stands, what it rests on, and what to do. */
export interface OwnStanding {
  readonly member: string;
  readonly name: string;
  readonly federation: string;
  readonly standing: string;
  readonly since: string;
  readonly reason: string;
  /** In (0, 1]. */
  readonly reputation: number;
  /** Cap on the say of its updates now; 0 unless active. */
  readonly influence: number;
  readonly judgedRounds: number;
  readonly outlierRounds: readonly number[];
  /** Clean rounds in quarantine, in a row, and how many release it (0: an operator does); null when not quarantined. */
  readonly shadow: { readonly since: string; readonly clean: number; readonly needed: number } | null;
  readonly appeal: { readonly note: string; readonly at: string } | null;
  readonly recommendation: Conduct['recommendation'];
  readonly changes: Conduct['changes'];
  readonly policy: NonNullable<StandingReply['policy']>;
  readonly advice: readonly string[];
  readonly round: number;
  readonly run: string;
  readonly phase: string;
  /** Version the federation runs, and version installed here; 0 for none. */
  readonly model: { readonly current: number; readonly installed: number };
  readonly verdicts: readonly OwnVerdict[];
}

type Conduct = NonNullable<StandingReply['conduct']>;

interface Asking {
  readonly coordinator: Pick<Coordinator, 'follow' | 'standing' | 'verdicts'>;
  readonly membership: Pick<OwnStanding, 'member' | 'name' | 'federation'>;
  /** Version installed here; 0 for none. */
  readonly installed: number;
  /** As `StandingFacts` has it. */
  readonly homeArgument: string;
}

export async function ownStanding({
  coordinator,
  membership,
  installed,
  homeArgument,
}: Asking): Promise<OwnStanding> {
  const situation = await currentSituation(coordinator);
  const { standing, since, conduct, policy } = await coordinator.standing();
  const verdicts = (await coordinator.verdicts(0)).slice(-LATEST);
  const { member, name, federation } = membership;
  if (!conduct || !policy)
    throw new Refusal('internal', 'the coordinator answered without a conduct and a policy');
  const quarantined = conduct.quarantinedSince !== '';
  return {
    member,
    name,
    federation,
    standing,
    since,
    reason: conduct.reason,
    reputation: conduct.reputation,
    influence: conduct.influence,
    judgedRounds: conduct.judgedRounds,
    outlierRounds: conduct.outlierRounds,
    shadow: quarantined
      ? { since: conduct.quarantinedSince, clean: conduct.cleanShadowRounds, needed: policy.releaseAfter }
      : null,
    appeal: conduct.appeal ? { note: conduct.appeal, at: conduct.appealedAt } : null,
    recommendation: conduct.recommendation,
    changes: conduct.changes,
    policy,
    advice: adviceOn({
      standing,
      outlierRounds: conduct.outlierRounds,
      cleanShadowRounds: conduct.cleanShadowRounds,
      policy,
      resolve: verdicts.findLast(wasKeptOut)?.verdict?.resolve ?? '',
      appealed: conduct.appeal !== '',
      homeArgument,
    }),
    round: situation.round,
    run: situation.run,
    phase: situation.phase,
    model: { current: situation.model?.version ?? 0, installed },
    verdicts,
  };
}

/** Late and repeated updates have a code too, and nothing to mend. */
function wasKeptOut({ verdict }: OwnVerdict): boolean {
  return verdict !== null && verdict.code !== '' && verdict.decision !== 'ignore';
}
