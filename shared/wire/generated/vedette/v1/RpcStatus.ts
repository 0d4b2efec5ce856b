// Original file: proto/vedette/v1/status.proto

import type {
  RpcAny as _vedette_v1_RpcAny,
  RpcAnyInput as _vedette_v1_RpcAnyInput,
} from '../../vedette/v1/RpcAny.ts';

export interface RpcStatusInput {
  code?: number;
  message?: string;
  details?: _vedette_v1_RpcAnyInput[];
}

export interface RpcStatus {
  code: number;
  message: string;
  details: _vedette_v1_RpcAny[];
}
