// Original file: proto/vedette/v1/models.proto


export interface ListModelsRequestInput {
}

export interface ListModelsRequest {
}
