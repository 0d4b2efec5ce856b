// Original file: proto/vedette/v1/participation.proto

import type { Long } from '@grpc/proto-loader';

export interface FollowRequestInput {
  'software'?: (string);
  'treeSize'?: (number | string | Long);
}

export interface FollowRequest {
  'software': (string);
  'treeSize': (number);
}
