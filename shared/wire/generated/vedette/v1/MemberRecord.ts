// Original file: proto/vedette/v1/control.proto

import type { ConductInput as _vedette_v1_ConductInput, Conduct as _vedette_v1_Conduct } from '../../vedette/v1/Conduct.ts';
import type { Long } from '@grpc/proto-loader';

export interface MemberRecordInput {
  'member'?: (string);
  'name'?: (string);
  'role'?: (string);
  'standing'?: (string);
  'did'?: (string);
  'maxSamples'?: (number | string | Long);
  'since'?: (string);
  'following'?: (boolean);
  'software'?: (string);
  'backend'?: (string);
  'modelVersion'?: (number);
  'accepted'?: (number);
  'refused'?: (number);
  'conduct'?: (_vedette_v1_ConductInput | null);
  'cleanShadowRoundsNeeded'?: (number);
}

export interface MemberRecord {
  'member': (string);
  'name': (string);
  'role': (string);
  'standing': (string);
  'did': (string);
  'maxSamples': (number);
  'since': (string);
  'following': (boolean);
  'software': (string);
  'backend': (string);
  'modelVersion': (number);
  'accepted': (number);
  'refused': (number);
  'conduct': (_vedette_v1_Conduct | null);
  'cleanShadowRoundsNeeded': (number);
}
