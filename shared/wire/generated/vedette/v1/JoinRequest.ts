// Original file: proto/vedette/v1/enrolment.proto


export interface JoinRequestInput {
  'secret'?: (string);
  'csr'?: (Buffer | Uint8Array | string);
  'software'?: (string);
}

export interface JoinRequest {
  'secret': (string);
  'csr': (Buffer);
  'software': (string);
}
