// Original file: proto/vedette/v1/models.proto


export interface GetModelRequestInput {
  'version'?: (number);
}

export interface GetModelRequest {
  'version': (number);
}
