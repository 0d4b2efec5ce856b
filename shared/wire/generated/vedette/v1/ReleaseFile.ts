// Original file: proto/vedette/v1/models.proto

import type { Long } from '@grpc/proto-loader';

export interface ReleaseFileInput {
  'name'?: (string);
  'digest'?: (string);
  'bytes'?: (number | string | Long);
}

export interface ReleaseFile {
  'name': (string);
  'digest': (string);
  'bytes': (number);
}
