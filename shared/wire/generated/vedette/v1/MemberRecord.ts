// Original file: proto/vedette/v1/control.proto

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
}
