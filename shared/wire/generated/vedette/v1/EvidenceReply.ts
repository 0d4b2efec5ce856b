// Original file: proto/vedette/v1/records.proto


export interface EvidenceReplyInput {
  'json'?: (string);
}

export interface EvidenceReply {
  'json': (string);
}
