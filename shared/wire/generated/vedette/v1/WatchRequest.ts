// Original file: proto/vedette/v1/control.proto

import type { Long } from '@grpc/proto-loader';

export interface WatchRequestInput {
  'from'?: (number | string | Long);
  'follow'?: (boolean);
}

export interface WatchRequest {
  'from': (number);
  'follow': (boolean);
}
