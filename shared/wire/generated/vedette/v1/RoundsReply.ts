// Original file: proto/vedette/v1/control.proto

import type { RoundRecordInput as _vedette_v1_RoundRecordInput, RoundRecord as _vedette_v1_RoundRecord } from '../../vedette/v1/RoundRecord.ts';

export interface RoundsReplyInput {
  'rounds'?: (_vedette_v1_RoundRecordInput)[];
  'run'?: (string);
  'phase'?: (string);
}

export interface RoundsReply {
  'rounds': (_vedette_v1_RoundRecord)[];
  'run': (string);
  'phase': (string);
}
