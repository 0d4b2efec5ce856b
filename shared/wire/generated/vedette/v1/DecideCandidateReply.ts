// Original file: proto/vedette/v1/control.proto


export interface DecideCandidateReplyInput {
  'run'?: (string);
  'version'?: (number);
}

export interface DecideCandidateReply {
  'run': (string);
  'version': (number);
}
