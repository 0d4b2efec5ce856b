// Original file: proto/vedette/v1/control.proto

export type ModelVersionsRequestInput = {};

export type ModelVersionsRequest = {};
