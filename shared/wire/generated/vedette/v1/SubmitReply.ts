// Original file: proto/vedette/v1/participation.proto

import type {
  Verdict as _vedette_v1_Verdict,
  VerdictInput as _vedette_v1_VerdictInput,
} from '../../vedette/v1/Verdict.ts';

export interface SubmitReplyInput {
  receipt?: string;
  verdict?: _vedette_v1_VerdictInput | null;
}

export interface SubmitReply {
  receipt: string;
  verdict: _vedette_v1_Verdict | null;
}
