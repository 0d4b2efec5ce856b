/** How many members attack, and how many of them the policies on trial are made for. */
import { Refusal } from '../../shared/refusal.ts';
import { assumedOutliers } from '../core/checks/size-policy.ts';
import { type LabSettings, labPolicy } from './cell.ts';
import { NO_POLICY } from './policies.ts';

/** The default, where so many are assumed: more teaches nothing new and doubles the grid. */
const MOST_BY_DEFAULT = 2;
/** Attackers by formula need a spread among honest updates, and a federation's default quorum is as many. */
const LEAST_HONEST = 2;

/**
 * The numbers asked for, else as many as a policy assumes by default among so many members. Refuses `usage` where too
 * few would be honest.
 */
export function attackersAmong(members: number, asked: readonly number[] | undefined): readonly number[] {
  const usual = Math.max(1, Math.min(MOST_BY_DEFAULT, assumedOutliers(members)));
  const counts = asked ?? [usual];
  const most = Math.max(...counts);
  if (members - most >= LEAST_HONEST) return counts;
  const message = `--attackers ${most} needs at least ${most + LEAST_HONEST} members, ${LEAST_HONEST} of them honest; there are ${members}`;
  throw new Refusal('usage', message, { attackers: most, members });
}

/** f by policy: what its checks or its rule say, the lower of them, else the default; `none` assumes nothing. */
export type AssumedByPolicy = ReadonlyMap<string, number>;

export function assumedBy(
  settings: LabSettings,
  policies: readonly string[],
  members: number,
): AssumedByPolicy {
  const assumed = policies
    .filter((name) => name !== NO_POLICY)
    .map((name) => {
      const { checks, aggregation } = labPolicy(settings, name, 1).federation;
      const ofRule = 'outliers' in aggregation ? aggregation.outliers : undefined;
      const said = [checks.outliers, ofRule].filter((f) => f !== undefined);
      return [name, said.length > 0 ? Math.min(...said) : assumedOutliers(members)] as const;
    });
  return new Map(assumed);
}

/** What a reader must know of figures with more attackers than some policies assume; undefined where none is exceeded. */
export function beyondAssumed(attackers: number, assumed: AssumedByPolicy): string | undefined {
  const beyond = [...assumed].filter(([, f]) => attackers > f);
  const [first] = beyond;
  if (first === undefined) return undefined;
  const isAll = beyond.length === assumed.size && beyond.every(([, f]) => f === first[1]);
  if (isAll) return `more than the policy assumes (f = ${first[1]})`;
  return `more than ${beyond.map(([name, f]) => `${name} (f = ${f})`).join(', ')} ${beyond.length === 1 ? 'assumes' : 'assume'}`;
}
