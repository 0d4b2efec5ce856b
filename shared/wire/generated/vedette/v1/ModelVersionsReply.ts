// Original file: proto/vedette/v1/control.proto

import type { ModelVersionInput as _vedette_v1_ModelVersionInput, ModelVersion as _vedette_v1_ModelVersion } from '../../vedette/v1/ModelVersion.ts';

export interface ModelVersionsReplyInput {
  'models'?: (_vedette_v1_ModelVersionInput)[];
  'current'?: (number);
}

export interface ModelVersionsReply {
  'models': (_vedette_v1_ModelVersion)[];
  'current': (number);
}
