// Original file: proto/vedette/v1/participation.proto


export interface VerdictsRequestInput {
  'fromRound'?: (number);
}

export interface VerdictsRequest {
  'fromRound': (number);
}
