// Original file: proto/vedette/v1/participation.proto


export interface ProgressReplyInput {
}

export interface ProgressReply {
}
