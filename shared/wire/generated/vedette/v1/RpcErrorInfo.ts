// Original file: proto/vedette/v1/status.proto


export interface RpcErrorInfoInput {
  'reason'?: (string);
  'domain'?: (string);
  'metadata'?: ({[key: string]: string});
}

export interface RpcErrorInfo {
  'reason': (string);
  'domain': (string);
  'metadata': ({[key: string]: string});
}
