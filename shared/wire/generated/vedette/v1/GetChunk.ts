// Original file: proto/vedette/v1/transfer.proto

import type { Long } from '@grpc/proto-loader';

export interface GetChunkInput {
  'size'?: (number | string | Long);
  'offset'?: (number | string | Long);
  'data'?: (Buffer | Uint8Array | string);
}

export interface GetChunk {
  'size': (number);
  'offset': (number);
  'data': (Buffer);
}
