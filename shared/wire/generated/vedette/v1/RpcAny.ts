// Original file: proto/vedette/v1/status.proto


export interface RpcAnyInput {
  'typeUrl'?: (string);
  'value'?: (Buffer | Uint8Array | string);
}

export interface RpcAny {
  'typeUrl': (string);
  'value': (Buffer);
}
