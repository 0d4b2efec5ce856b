// Original file: proto/vedette/v1/control.proto

import type { RecommendationInput as _vedette_v1_RecommendationInput, Recommendation as _vedette_v1_Recommendation } from '../../vedette/v1/Recommendation.ts';

export interface MemberRecommendationInput {
  'member'?: (string);
  'recommendation'?: (_vedette_v1_RecommendationInput | null);
}

export interface MemberRecommendation {
  'member': (string);
  'recommendation': (_vedette_v1_Recommendation | null);
}
