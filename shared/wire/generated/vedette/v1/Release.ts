// Original file: proto/vedette/v1/models.proto

import type {
  ModelRef as _vedette_v1_ModelRef,
  ModelRefInput as _vedette_v1_ModelRefInput,
} from '../../vedette/v1/ModelRef.ts';
import type {
  ReleaseFile as _vedette_v1_ReleaseFile,
  ReleaseFileInput as _vedette_v1_ReleaseFileInput,
} from '../../vedette/v1/ReleaseFile.ts';

export interface ReleaseInput {
  model?: _vedette_v1_ModelRefInput | null;
  files?: _vedette_v1_ReleaseFileInput[];
}

export interface Release {
  model: _vedette_v1_ModelRef | null;
  files: _vedette_v1_ReleaseFile[];
}
