/** What every check against the cohort is and says of itself. */
import type { Federation } from '../../../../shared/federation/schema.ts';
import type { Finding } from '../../../../shared/verdict.ts';
import type { Trail } from '../../standing/trail.ts';
import type { AuditMeasures, CohortMeasures } from '../measures.ts';
import type { SizePolicy } from '../size-policy.ts';

/** One update as the cohort's checks see it. */
export interface CohortUpdate {
  readonly member: string;
  readonly update: string;
  /** Claimed in the header. */
  readonly samples: number;
  /** L2 norm over all elements. */
  readonly norm: number;
  /** Numbers the member reported in its header, e.g. `loss`. */
  readonly metrics: Readonly<Record<string, number>>;
}

export interface CohortInput {
  readonly round: number;
  readonly step: string;
  /** Whether updates are steps of a gradient: sums and statistics of honest members may lie anywhere. */
  readonly gradients: boolean;
  /** By member id, as in `measures.members`. */
  readonly updates: readonly CohortUpdate[];
  readonly measures: CohortMeasures;
  readonly audit: AuditMeasures | undefined;
  /** What the rounds before left of each member. */
  readonly trails: ReadonlyMap<string, Trail>;
  readonly checks: Federation['checks'];
  readonly size: SizePolicy;
}

/** A finding with what a trail keeps of it. */
export interface Signal {
  readonly member: string;
  readonly finding: Finding;
  /** The member's sums after this round, for detectors that add up; handed back in `trails` under the detector's name. */
  readonly sums?: readonly number[];
  /** The first member of those whose updates are all but the same as this one's. */
  readonly copyOf?: string;
}

export interface Detector {
  /** Name of the check in findings, in `checks.without` and in the documentation. */
  readonly name: string;
  /** What it looks for, in one line. */
  readonly looksFor: string;
  readonly source: string;
  /**
   * Detectors of one kind share their blind spots and count as one signal. `decisive` findings keep an update out by
   * themselves in a cohort of any size that can be compared.
   */
  readonly kind: 'length' | 'direction' | 'distance' | 'copy' | 'history' | 'canary' | 'claim';
  readonly decisive: boolean;
  /** Failed alone, it lets the update in, but together with its like as one: nobody can be blamed for it. */
  readonly countsOnce?: true;
  /** One signal for each update it can judge; none where there is nothing to compare. */
  judge(input: CohortInput): readonly Signal[];
}
