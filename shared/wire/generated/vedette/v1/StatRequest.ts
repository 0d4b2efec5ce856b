// Original file: proto/vedette/v1/transfer.proto


export interface StatRequestInput {
  'digest'?: (string);
}

export interface StatRequest {
  'digest': (string);
}
