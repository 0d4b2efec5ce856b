// Original file: proto/vedette/v1/control.proto


export interface EvidenceRequestInput {
  'round'?: (number);
  'update'?: (string);
}

export interface EvidenceRequest {
  'round': (number);
  'update': (string);
}
