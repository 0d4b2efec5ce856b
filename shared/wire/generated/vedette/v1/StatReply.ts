// Original file: proto/vedette/v1/transfer.proto

import type { Long } from '@grpc/proto-loader';

export interface StatReplyInput {
  'durableBytes'?: (number | string | Long);
  'complete'?: (boolean);
}

export interface StatReply {
  'durableBytes': (number);
  'complete': (boolean);
}
