// Original file: proto/vedette/v1/control.proto

import type { MemberRecordInput as _vedette_v1_MemberRecordInput, MemberRecord as _vedette_v1_MemberRecord } from '../../vedette/v1/MemberRecord.ts';

export interface MembersReplyInput {
  'members'?: (_vedette_v1_MemberRecordInput)[];
}

export interface MembersReply {
  'members': (_vedette_v1_MemberRecord)[];
}
