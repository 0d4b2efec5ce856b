// Original file: proto/vedette/v1/control.proto


export interface OpenRunRequestInput {
}

export interface OpenRunRequest {
}
