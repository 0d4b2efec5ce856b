// Original file: proto/vedette/v1/records.proto

import type { Long } from '@grpc/proto-loader';

export interface BallotInput {
  'run'?: (string);
  'candidate'?: (string);
  'bytes'?: (number | string | Long);
}

export interface Ballot {
  'run': (string);
  'candidate': (string);
  'bytes': (number);
}
