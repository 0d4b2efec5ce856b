// Original file: proto/vedette/v1/models.proto

export type ListModelsRequestInput = {};

export type ListModelsRequest = {};
