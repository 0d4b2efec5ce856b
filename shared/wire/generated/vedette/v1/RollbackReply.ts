// Original file: proto/vedette/v1/control.proto


export interface RollbackReplyInput {
  'current'?: (number);
}

export interface RollbackReply {
  'current': (number);
}
