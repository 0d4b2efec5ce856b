// Original file: proto/vedette/v1/control.proto

import type { VerdictInput as _vedette_v1_VerdictInput, Verdict as _vedette_v1_Verdict } from '../../vedette/v1/Verdict.ts';
import type { Long } from '@grpc/proto-loader';

export interface RoundUpdateInput {
  'member'?: (string);
  'name'?: (string);
  'update'?: (string);
  'bytes'?: (number | string | Long);
  'samples'?: (number | string | Long);
  'norm'?: (number | string);
  'verdict'?: (_vedette_v1_VerdictInput | null);
  'appliedWeight'?: (number | string);
  'index'?: (number | string | Long);
  'header'?: (string);
}

export interface RoundUpdate {
  'member': (string);
  'name': (string);
  'update': (string);
  'bytes': (number);
  'samples': (number);
  'norm': (number);
  'verdict': (_vedette_v1_Verdict | null);
  'appliedWeight': (number);
  'index': (number);
  'header': (string);
}
