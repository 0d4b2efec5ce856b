// Original file: proto/vedette/v1/participation.proto


export interface ReportReplyInput {
}

export interface ReportReply {
}
