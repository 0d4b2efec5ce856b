// Original file: proto/vedette/v1/control.proto

export type MembersRequestInput = {};

export type MembersRequest = {};
