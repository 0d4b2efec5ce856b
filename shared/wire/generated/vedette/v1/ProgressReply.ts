// Original file: proto/vedette/v1/participation.proto

export type ProgressReplyInput = {};

export type ProgressReply = {};
