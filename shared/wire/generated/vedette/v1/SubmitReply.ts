// Original file: proto/vedette/v1/participation.proto

import type { VerdictInput as _vedette_v1_VerdictInput, Verdict as _vedette_v1_Verdict } from '../../vedette/v1/Verdict.ts';

export interface SubmitReplyInput {
  'receipt'?: (string);
  'verdict'?: (_vedette_v1_VerdictInput | null);
}

export interface SubmitReply {
  'receipt': (string);
  'verdict': (_vedette_v1_Verdict | null);
}
