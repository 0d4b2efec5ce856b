/** What is kept of the screening of one round: enough to recompute every verdict, and to show why it was given. */
import type { Federation } from '../../../shared/federation/schema.ts';
import type { Verdict } from '../../../shared/verdict.ts';
import type { AuditMeasures, CohortMeasures } from './measures.ts';
import type { SizePolicy } from './size-policy.ts';

/** Stored as a blob of canonical JSON; its digest stands in `cohort_screened`. */
export interface RoundEvidence {
  readonly type: 'vedette-evidence-v1';
  /** What screened, e.g. `vedette/0.1.0`: another version may measure and judge otherwise. */
  readonly software: string;
  readonly run: string;
  readonly round: number;
  readonly attempt: number;
  readonly step: string;
  readonly base: string;
  readonly size: SizePolicy;
  readonly checks: Federation['checks'];
  /** Of the members that count: whoever is in quarantine moves none of these numbers. */
  readonly measures: CohortMeasures;
  readonly audit: AuditMeasures | null;
  /** Members in quarantine, each judged as if it alone were added to those that count. */
  readonly shadow?: {
    /** Of all, those that count included. */
    readonly measures: CohortMeasures;
    readonly audits: readonly { readonly member: string; readonly audit: AuditMeasures }[];
  };
  /** Every member that was judged, in quarantine or not, with every finding, passed or not. */
  readonly judged: readonly { readonly member: string; readonly update: string; readonly verdict: Verdict }[];
}
