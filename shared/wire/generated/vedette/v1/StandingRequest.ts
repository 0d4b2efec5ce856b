// Original file: proto/vedette/v1/participation.proto


export interface StandingRequestInput {
}

export interface StandingRequest {
}
