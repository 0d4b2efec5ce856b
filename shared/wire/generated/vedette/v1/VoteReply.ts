// Original file: proto/vedette/v1/participation.proto


export interface VoteReplyInput {
  'receipt'?: (string);
}

export interface VoteReply {
  'receipt': (string);
}
