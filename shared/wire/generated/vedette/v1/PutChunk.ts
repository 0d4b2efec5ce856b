// Original file: proto/vedette/v1/transfer.proto

import type { Long } from '@grpc/proto-loader';

export interface PutChunkInput {
  'digest'?: (string);
  'size'?: (number | string | Long);
  'offset'?: (number | string | Long);
  'data'?: (Buffer | Uint8Array | string);
}

export interface PutChunk {
  'digest': (string);
  'size': (number);
  'offset': (number);
  'data': (Buffer);
}
