// Original file: proto/vedette/v1/models.proto

import type { ModelRefInput as _vedette_v1_ModelRefInput, ModelRef as _vedette_v1_ModelRef } from '../../vedette/v1/ModelRef.ts';

export interface ListModelsReplyInput {
  'models'?: (_vedette_v1_ModelRefInput)[];
  'current'?: (number);
}

export interface ListModelsReply {
  'models': (_vedette_v1_ModelRef)[];
  'current': (number);
}
