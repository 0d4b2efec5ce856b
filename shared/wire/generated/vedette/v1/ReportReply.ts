// Original file: proto/vedette/v1/participation.proto

export type ReportReplyInput = {};

export type ReportReply = {};
