// Original file: proto/vedette/v1/enrolment.proto


export interface JoinReplyInput {
  'member'?: (string);
  'name'?: (string);
  'standing'?: (string);
  'certificatePem'?: (string);
  'federation'?: (string);
  'coordinator'?: (string);
  'logKey'?: (string);
  'publisher'?: (string);
}

export interface JoinReply {
  'member': (string);
  'name': (string);
  'standing': (string);
  'certificatePem': (string);
  'federation': (string);
  'coordinator': (string);
  'logKey': (string);
  'publisher': (string);
}
