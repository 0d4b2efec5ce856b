// Original file: proto/vedette/v1/participation.proto

import type { ConductInput as _vedette_v1_ConductInput, Conduct as _vedette_v1_Conduct } from '../../vedette/v1/Conduct.ts';
import type { StandingPolicyInput as _vedette_v1_StandingPolicyInput, StandingPolicy as _vedette_v1_StandingPolicy } from '../../vedette/v1/StandingPolicy.ts';

export interface StandingReplyInput {
  'standing'?: (string);
  'since'?: (string);
  'conduct'?: (_vedette_v1_ConductInput | null);
  'policy'?: (_vedette_v1_StandingPolicyInput | null);
}

export interface StandingReply {
  'standing': (string);
  'since': (string);
  'conduct': (_vedette_v1_Conduct | null);
  'policy': (_vedette_v1_StandingPolicy | null);
}
