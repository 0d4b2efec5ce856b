// Original file: proto/vedette/v1/control.proto


export interface RollbackRequestInput {
  'version'?: (number);
  'reason'?: (string);
}

export interface RollbackRequest {
  'version': (number);
  'reason': (string);
}
