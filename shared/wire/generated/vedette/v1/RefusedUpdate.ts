// Original file: proto/vedette/v1/control.proto


export interface RefusedUpdateInput {
  'member'?: (string);
  'name'?: (string);
  'code'?: (string);
}

export interface RefusedUpdate {
  'member': (string);
  'name': (string);
  'code': (string);
}
