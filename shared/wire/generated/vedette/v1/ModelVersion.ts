// Original file: proto/vedette/v1/control.proto

import type { ModelRefInput as _vedette_v1_ModelRefInput, ModelRef as _vedette_v1_ModelRef } from '../../vedette/v1/ModelRef.ts';

export interface ModelVersionInput {
  'model'?: (_vedette_v1_ModelRefInput | null);
  'state'?: (string);
  'run'?: (string);
  'createdAt'?: (string);
  'evaluation'?: (string);
  'running'?: (number);
  'reason'?: (string);
}

export interface ModelVersion {
  'model': (_vedette_v1_ModelRef | null);
  'state': (string);
  'run': (string);
  'createdAt': (string);
  'evaluation': (string);
  'running': (number);
  'reason': (string);
}
