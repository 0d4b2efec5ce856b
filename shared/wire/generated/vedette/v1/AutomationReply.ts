// Original file: proto/vedette/v1/control.proto

import type { StandingPolicyInput as _vedette_v1_StandingPolicyInput, StandingPolicy as _vedette_v1_StandingPolicy } from '../../vedette/v1/StandingPolicy.ts';
import type { MemberRecommendationInput as _vedette_v1_MemberRecommendationInput, MemberRecommendation as _vedette_v1_MemberRecommendation } from '../../vedette/v1/MemberRecommendation.ts';
import type { Long } from '@grpc/proto-loader';

export interface AutomationReplyInput {
  'policy'?: (_vedette_v1_StandingPolicyInput | null);
  'by'?: (string);
  'reason'?: (string);
  'since'?: (string);
  'quarantines'?: (number);
  'budget'?: (number);
  'budgetMs'?: (number | string | Long);
  'recommendations'?: (_vedette_v1_MemberRecommendationInput)[];
}

export interface AutomationReply {
  'policy': (_vedette_v1_StandingPolicy | null);
  'by': (string);
  'reason': (string);
  'since': (string);
  'quarantines': (number);
  'budget': (number);
  'budgetMs': (number);
  'recommendations': (_vedette_v1_MemberRecommendation)[];
}
