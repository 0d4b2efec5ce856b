// Original file: proto/vedette/v1/control.proto

import type { Long } from '@grpc/proto-loader';

export interface ChangeStandingRequestInput {
  'member'?: (string);
  'action'?: (string);
  'reason'?: (string);
  'maxSamples'?: (number | string | Long);
}

export interface ChangeStandingRequest {
  'member': (string);
  'action': (string);
  'reason': (string);
  'maxSamples': (number);
}
