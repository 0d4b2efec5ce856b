// Original file: proto/vedette/v1/control.proto


export interface DecideCandidateRequestInput {
  'decision'?: (string);
  'reason'?: (string);
}

export interface DecideCandidateRequest {
  'decision': (string);
  'reason': (string);
}
