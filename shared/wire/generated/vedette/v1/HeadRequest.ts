// Original file: proto/vedette/v1/models.proto

import type { Long } from '@grpc/proto-loader';

export interface HeadRequestInput {
  'treeSize'?: (number | string | Long);
}

export interface HeadRequest {
  'treeSize': (number);
}
