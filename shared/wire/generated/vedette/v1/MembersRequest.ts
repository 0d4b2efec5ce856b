// Original file: proto/vedette/v1/control.proto


export interface MembersRequestInput {
}

export interface MembersRequest {
}
