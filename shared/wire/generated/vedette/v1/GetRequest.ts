// Original file: proto/vedette/v1/transfer.proto

import type { Long } from '@grpc/proto-loader';

export interface GetRequestInput {
  'digest'?: (string);
  'offset'?: (number | string | Long);
}

export interface GetRequest {
  'digest': (string);
  'offset': (number);
}
