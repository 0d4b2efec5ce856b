// Original file: proto/vedette/v1/participation.proto


export interface AppealRequestInput {
  'note'?: (string);
}

export interface AppealRequest {
  'note': (string);
}
