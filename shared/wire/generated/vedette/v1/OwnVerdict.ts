// Original file: proto/vedette/v1/participation.proto

import type { VerdictInput as _vedette_v1_VerdictInput, Verdict as _vedette_v1_Verdict } from '../../vedette/v1/Verdict.ts';
import type { Long } from '@grpc/proto-loader';

export interface OwnVerdictInput {
  'round'?: (number);
  'attempt'?: (number);
  'step'?: (string);
  'update'?: (string);
  'verdict'?: (_vedette_v1_VerdictInput | null);
  'appliedWeight'?: (number | string);
  'index'?: (number | string | Long);
}

export interface OwnVerdict {
  'round': (number);
  'attempt': (number);
  'step': (string);
  'update': (string);
  'verdict': (_vedette_v1_Verdict | null);
  'appliedWeight': (number);
  'index': (number);
}
