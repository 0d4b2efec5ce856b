// Original file: proto/vedette/v1/participation.proto


export interface AppealReplyInput {
  'appealedAt'?: (string);
}

export interface AppealReply {
  'appealedAt': (string);
}
