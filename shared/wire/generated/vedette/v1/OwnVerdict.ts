// Original file: proto/vedette/v1/participation.proto

import type { Long } from '@grpc/proto-loader';
import type {
  Verdict as _vedette_v1_Verdict,
  VerdictInput as _vedette_v1_VerdictInput,
} from '../../vedette/v1/Verdict.ts';

export interface OwnVerdictInput {
  round?: number;
  attempt?: number;
  step?: string;
  update?: string;
  verdict?: _vedette_v1_VerdictInput | null;
  appliedWeight?: number | string;
  index?: number | string | Long;
}

export interface OwnVerdict {
  round: number;
  attempt: number;
  step: string;
  update: string;
  verdict: _vedette_v1_Verdict | null;
  appliedWeight: number;
  index: number;
}
