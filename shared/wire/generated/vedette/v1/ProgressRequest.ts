// Original file: proto/vedette/v1/participation.proto

import type { Long } from '@grpc/proto-loader';

export interface ProgressRequestInput {
  'round'?: (number);
  'attempt'?: (number);
  'done'?: (number | string | Long);
  'of'?: (number | string | Long);
}

export interface ProgressRequest {
  'round': (number);
  'attempt': (number);
  'done': (number);
  'of': (number);
}
