// Original file: proto/vedette/v1/control.proto


export interface OpenRunReplyInput {
  'run'?: (string);
  'firstRound'?: (number);
  'rounds'?: (number);
}

export interface OpenRunReply {
  'run': (string);
  'firstRound': (number);
  'rounds': (number);
}
