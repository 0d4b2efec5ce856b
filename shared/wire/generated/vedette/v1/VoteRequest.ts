// Original file: proto/vedette/v1/participation.proto


export interface VoteRequestInput {
  'vote'?: (string);
}

export interface VoteRequest {
  'vote': (string);
}
