// Original file: proto/vedette/v1/participation.proto

import type { RoundPlanInput as _vedette_v1_RoundPlanInput, RoundPlan as _vedette_v1_RoundPlan } from '../../vedette/v1/RoundPlan.ts';
import type { BallotInput as _vedette_v1_BallotInput, Ballot as _vedette_v1_Ballot } from '../../vedette/v1/Ballot.ts';
import type { ModelRefInput as _vedette_v1_ModelRefInput, ModelRef as _vedette_v1_ModelRef } from '../../vedette/v1/ModelRef.ts';
import type { TreeHeadInput as _vedette_v1_TreeHeadInput, TreeHead as _vedette_v1_TreeHead } from '../../vedette/v1/TreeHead.ts';

export interface SituationInput {
  'standing'?: (string);
  'plan'?: (_vedette_v1_RoundPlanInput | null);
  'ballot'?: (_vedette_v1_BallotInput | null);
  'model'?: (_vedette_v1_ModelRefInput | null);
  'head'?: (_vedette_v1_TreeHeadInput | null);
  'round'?: (number);
  'run'?: (string);
  'phase'?: (string);
}

export interface Situation {
  'standing': (string);
  'plan': (_vedette_v1_RoundPlan | null);
  'ballot': (_vedette_v1_Ballot | null);
  'model': (_vedette_v1_ModelRef | null);
  'head': (_vedette_v1_TreeHead | null);
  'round': (number);
  'run': (string);
  'phase': (string);
}
