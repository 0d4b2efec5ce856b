// Original file: proto/vedette/v1/status.proto

import type { RpcAnyInput as _vedette_v1_RpcAnyInput, RpcAny as _vedette_v1_RpcAny } from '../../vedette/v1/RpcAny.ts';

export interface RpcStatusInput {
  'code'?: (number);
  'message'?: (string);
  'details'?: (_vedette_v1_RpcAnyInput)[];
}

export interface RpcStatus {
  'code': (number);
  'message': (string);
  'details': (_vedette_v1_RpcAny)[];
}
