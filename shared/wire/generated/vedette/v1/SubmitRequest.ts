// Original file: proto/vedette/v1/participation.proto


export interface SubmitRequestInput {
  'header'?: (string);
}

export interface SubmitRequest {
  'header': (string);
}
