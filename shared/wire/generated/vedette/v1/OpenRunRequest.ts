// Original file: proto/vedette/v1/control.proto

export type OpenRunRequestInput = {};

export type OpenRunRequest = {};
