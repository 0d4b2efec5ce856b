// Original file: proto/vedette/v1/control.proto


export interface InviteReplyInput {
  'invite'?: (string);
  'expiresAt'?: (string);
}

export interface InviteReply {
  'invite': (string);
  'expiresAt': (string);
}
