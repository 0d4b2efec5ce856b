// Original file: proto/vedette/v1/enrolment.proto


export interface RenewReplyInput {
  'certificatePem'?: (string);
}

export interface RenewReply {
  'certificatePem': (string);
}
