// Original file: proto/vedette/v1/models.proto

import type { ModelRefInput as _vedette_v1_ModelRefInput, ModelRef as _vedette_v1_ModelRef } from '../../vedette/v1/ModelRef.ts';
import type { ReleaseFileInput as _vedette_v1_ReleaseFileInput, ReleaseFile as _vedette_v1_ReleaseFile } from '../../vedette/v1/ReleaseFile.ts';

export interface ReleaseInput {
  'model'?: (_vedette_v1_ModelRefInput | null);
  'files'?: (_vedette_v1_ReleaseFileInput)[];
}

export interface Release {
  'model': (_vedette_v1_ModelRef | null);
  'files': (_vedette_v1_ReleaseFile)[];
}
