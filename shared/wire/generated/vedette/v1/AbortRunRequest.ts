// Original file: proto/vedette/v1/control.proto


export interface AbortRunRequestInput {
  'reason'?: (string);
}

export interface AbortRunRequest {
  'reason': (string);
}
