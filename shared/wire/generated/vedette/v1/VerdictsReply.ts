// Original file: proto/vedette/v1/participation.proto

import type { OwnVerdictInput as _vedette_v1_OwnVerdictInput, OwnVerdict as _vedette_v1_OwnVerdict } from '../../vedette/v1/OwnVerdict.ts';

export interface VerdictsReplyInput {
  'verdicts'?: (_vedette_v1_OwnVerdictInput)[];
}

export interface VerdictsReply {
  'verdicts': (_vedette_v1_OwnVerdict)[];
}
