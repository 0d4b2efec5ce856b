/** Standings as messages: the same for the operators and for the member concerned. */
import type { AutomationReply } from '../../../shared/wire/generated/vedette/v1/AutomationReply.ts';
import type { Conduct } from '../../../shared/wire/generated/vedette/v1/Conduct.ts';
import type { StandingPolicy } from '../../../shared/wire/generated/vedette/v1/StandingPolicy.ts';
import type { StandingReply } from '../../../shared/wire/generated/vedette/v1/StandingReply.ts';
import { foundedFederation } from '../../core/run/decide-run.ts';
import { quarantineBudget, quarantinesCounted } from '../../core/standing/automation.ts';
import { outliersAmong, reputationOf } from '../../core/standing/conduct.ts';
import type { Member, State } from '../../core/state.ts';

export function conductMessage({
  standing,
  since,
  reason,
  conduct,
  changes,
  appeal,
  recommendation,
}: Member): Conduct {
  const reputation = reputationOf(conduct);
  return {
    reputation,
    influence: standing === 'active' ? reputation : 0,
    judgedRounds: conduct.recent.length,
    outlierRounds: outliersAmong(conduct.recent),
    quarantinedSince: standing === 'quarantined' ? since : '',
    cleanShadowRounds: standing === 'quarantined' ? conduct.cleanInRow : 0,
    reason,
    appeal: appeal?.note ?? '',
    appealedAt: appeal?.at ?? '',
    recommendation: recommendation ?? null,
    changes: [...changes],
  };
}

export function standingReply(state: State, member: Member): StandingReply {
  const { standing, since } = member;
  return { standing, since, conduct: conductMessage(member), policy: policyMessage(state) };
}

export function policyMessage(state: State): StandingPolicy {
  const { mode, window, quarantineAfter, releaseAfter } = foundedFederation(state).standing;
  return { mode, window, quarantineAfter, releaseAfter, paused: state.automation.paused };
}

export function automationReply(state: State, nowMs: number): AutomationReply {
  const { by, reason, since } = state.automation;
  return {
    policy: policyMessage(state),
    by,
    reason,
    since,
    quarantines: quarantinesCounted(state, nowMs),
    budget: quarantineBudget(state, nowMs),
    budgetMs: foundedFederation(state).standing.budget.per,
    recommendations: [...state.members.values()].flatMap(({ id, recommendation }) =>
      recommendation ? [{ member: id, recommendation }] : [],
    ),
  };
}
