// Original file: proto/vedette/v1/control.proto


export interface ModelVersionsRequestInput {
}

export interface ModelVersionsRequest {
}
