// Original file: proto/vedette/v1/control.proto


export interface InviteRequestInput {
  'name'?: (string);
  'role'?: (string);
  'hours'?: (number);
}

export interface InviteRequest {
  'name': (string);
  'role': (string);
  'hours': (number);
}
