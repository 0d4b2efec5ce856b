// Original file: proto/vedette/v1/enrolment.proto


export interface RenewRequestInput {
  'csr'?: (Buffer | Uint8Array | string);
}

export interface RenewRequest {
  'csr': (Buffer);
}
