// Original file: proto/vedette/v1/control.proto


export interface AbortRunReplyInput {
  'run'?: (string);
}

export interface AbortRunReply {
  'run': (string);
}
