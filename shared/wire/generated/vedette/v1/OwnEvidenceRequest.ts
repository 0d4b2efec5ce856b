// Original file: proto/vedette/v1/participation.proto


export interface OwnEvidenceRequestInput {
  'round'?: (number);
}

export interface OwnEvidenceRequest {
  'round': (number);
}
