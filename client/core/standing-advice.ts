/** What a member does about its standing, in the order in which it helps. Words for people; no code depends on them. */

export interface StandingFacts {
  readonly standing: string;
  /** Rounds of the window in which this member was an outlier. */
  readonly outlierRounds: readonly number[];
  readonly cleanShadowRounds: number;
  readonly policy: {
    readonly mode: string;
    readonly paused: boolean;
    readonly window: number;
    readonly quarantineAfter: number;
    readonly releaseAfter: number;
  };
  /** How to resolve what the newest refused update failed; empty when nothing is known. */
  readonly resolve: string;
  readonly appealed: boolean;
  /** ` --home <dir>`, to follow a command, where the node's home is not the default; else empty. */
  readonly homeArgument: string;
}

export function adviceOn(facts: StandingFacts): string[] {
  switch (facts.standing) {
    case 'pending':
      return ['wait for the operator to approve; compare the key end with them'];
    case 'active':
      return facts.outlierRounds.length === 0 ? [] : [...mend(facts), beforeQuarantine(facts)];
    case 'quarantined':
      return [
        ...mend(facts),
        'keep the node running: its updates are judged, and count for nothing else',
        release(facts),
        ...appeal(facts),
      ];
    case 'suspended':
      return ['ask the operator; rounds do not ask this node until it is reinstated', ...appeal(facts)];
    default:
      return ['ask the operator'];
  }
}

function mend({ resolve, homeArgument }: StandingFacts): string[] {
  return [`check the data with \`vedette-client data check${homeArgument}\``, ...(resolve ? [resolve] : [])];
}

function beforeQuarantine({ policy, outlierRounds }: StandingFacts): string {
  const { quarantineAfter, window } = policy;
  const held = heldBack(policy);
  const left = quarantineAfter - outlierRounds.length;
  const bound = `at ${quarantineAfter} outliers within ${window} judged rounds`;
  if (held)
    return `quarantine is recommended to the operator ${bound}: ${left > 0 ? `${left} more` : 'reached'} (${held})`;
  return `quarantine follows ${bound}: ${left > 0 ? `${left} more` : 'reached, the next outlier may bring it'}`;
}

function release({ policy, cleanShadowRounds }: StandingFacts): string {
  const { releaseAfter } = policy;
  if (releaseAfter === 0) return 'an operator releases it; clean rounds are what they look at';
  const held = heldBack(policy);
  const left = releaseAfter - cleanShadowRounds;
  if (!held)
    return left > 0
      ? `${left} more clean rounds in a row release it by itself; an outlier starts the count again`
      : 'enough clean rounds are there: the next one that is judged beside enough others releases it by itself';
  return left > 0
    ? `${left} more clean rounds in a row, then an operator releases it (${held})`
    : `an operator releases it: enough clean rounds are there (${held})`;
}

/** Why no standing changes by itself; empty where it does. */
function heldBack({ mode, paused }: StandingFacts['policy']): string {
  if (mode !== 'enforce') return `the mode is ${mode}`;
  return paused ? 'automation is paused' : '';
}

function appeal({ appealed, homeArgument }: StandingFacts): string[] {
  return appealed
    ? []
    : [`if you know better, say so: \`vedette-client appeal 'what happened'${homeArgument}\``];
}
