// Original file: proto/vedette/v1/records.proto

import type { RecommendationInput as _vedette_v1_RecommendationInput, Recommendation as _vedette_v1_Recommendation } from '../../vedette/v1/Recommendation.ts';
import type { StandingChangeInput as _vedette_v1_StandingChangeInput, StandingChange as _vedette_v1_StandingChange } from '../../vedette/v1/StandingChange.ts';

export interface ConductInput {
  'reputation'?: (number | string);
  'influence'?: (number | string);
  'judgedRounds'?: (number);
  'outlierRounds'?: (number)[];
  'quarantinedSince'?: (string);
  'cleanShadowRounds'?: (number);
  'reason'?: (string);
  'appeal'?: (string);
  'appealedAt'?: (string);
  'recommendation'?: (_vedette_v1_RecommendationInput | null);
  'changes'?: (_vedette_v1_StandingChangeInput)[];
}

export interface Conduct {
  'reputation': (number);
  'influence': (number);
  'judgedRounds': (number);
  'outlierRounds': (number)[];
  'quarantinedSince': (string);
  'cleanShadowRounds': (number);
  'reason': (string);
  'appeal': (string);
  'appealedAt': (string);
  'recommendation': (_vedette_v1_Recommendation | null);
  'changes': (_vedette_v1_StandingChange)[];
}
