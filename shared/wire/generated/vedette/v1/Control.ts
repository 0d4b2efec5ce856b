// Original file: proto/vedette/v1/control.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { AbortRunReplyInput as _vedette_v1_AbortRunReplyInput, AbortRunReply as _vedette_v1_AbortRunReply } from '../../vedette/v1/AbortRunReply.ts';
import type { AbortRunRequestInput as _vedette_v1_AbortRunRequestInput, AbortRunRequest as _vedette_v1_AbortRunRequest } from '../../vedette/v1/AbortRunRequest.ts';
import type { AutomationReplyInput as _vedette_v1_AutomationReplyInput, AutomationReply as _vedette_v1_AutomationReply } from '../../vedette/v1/AutomationReply.ts';
import type { AutomationRequestInput as _vedette_v1_AutomationRequestInput, AutomationRequest as _vedette_v1_AutomationRequest } from '../../vedette/v1/AutomationRequest.ts';
import type { ChangeStandingRequestInput as _vedette_v1_ChangeStandingRequestInput, ChangeStandingRequest as _vedette_v1_ChangeStandingRequest } from '../../vedette/v1/ChangeStandingRequest.ts';
import type { DecideCandidateReplyInput as _vedette_v1_DecideCandidateReplyInput, DecideCandidateReply as _vedette_v1_DecideCandidateReply } from '../../vedette/v1/DecideCandidateReply.ts';
import type { DecideCandidateRequestInput as _vedette_v1_DecideCandidateRequestInput, DecideCandidateRequest as _vedette_v1_DecideCandidateRequest } from '../../vedette/v1/DecideCandidateRequest.ts';
import type { EvidenceReplyInput as _vedette_v1_EvidenceReplyInput, EvidenceReply as _vedette_v1_EvidenceReply } from '../../vedette/v1/EvidenceReply.ts';
import type { EvidenceRequestInput as _vedette_v1_EvidenceRequestInput, EvidenceRequest as _vedette_v1_EvidenceRequest } from '../../vedette/v1/EvidenceRequest.ts';
import type { InviteReplyInput as _vedette_v1_InviteReplyInput, InviteReply as _vedette_v1_InviteReply } from '../../vedette/v1/InviteReply.ts';
import type { InviteRequestInput as _vedette_v1_InviteRequestInput, InviteRequest as _vedette_v1_InviteRequest } from '../../vedette/v1/InviteRequest.ts';
import type { JournalEntryInput as _vedette_v1_JournalEntryInput, JournalEntry as _vedette_v1_JournalEntry } from '../../vedette/v1/JournalEntry.ts';
import type { MemberRecordInput as _vedette_v1_MemberRecordInput, MemberRecord as _vedette_v1_MemberRecord } from '../../vedette/v1/MemberRecord.ts';
import type { MembersReplyInput as _vedette_v1_MembersReplyInput, MembersReply as _vedette_v1_MembersReply } from '../../vedette/v1/MembersReply.ts';
import type { MembersRequestInput as _vedette_v1_MembersRequestInput, MembersRequest as _vedette_v1_MembersRequest } from '../../vedette/v1/MembersRequest.ts';
import type { ModelVersionsReplyInput as _vedette_v1_ModelVersionsReplyInput, ModelVersionsReply as _vedette_v1_ModelVersionsReply } from '../../vedette/v1/ModelVersionsReply.ts';
import type { ModelVersionsRequestInput as _vedette_v1_ModelVersionsRequestInput, ModelVersionsRequest as _vedette_v1_ModelVersionsRequest } from '../../vedette/v1/ModelVersionsRequest.ts';
import type { OpenRunReplyInput as _vedette_v1_OpenRunReplyInput, OpenRunReply as _vedette_v1_OpenRunReply } from '../../vedette/v1/OpenRunReply.ts';
import type { OpenRunRequestInput as _vedette_v1_OpenRunRequestInput, OpenRunRequest as _vedette_v1_OpenRunRequest } from '../../vedette/v1/OpenRunRequest.ts';
import type { RollbackReplyInput as _vedette_v1_RollbackReplyInput, RollbackReply as _vedette_v1_RollbackReply } from '../../vedette/v1/RollbackReply.ts';
import type { RollbackRequestInput as _vedette_v1_RollbackRequestInput, RollbackRequest as _vedette_v1_RollbackRequest } from '../../vedette/v1/RollbackRequest.ts';
import type { RoundDetailInput as _vedette_v1_RoundDetailInput, RoundDetail as _vedette_v1_RoundDetail } from '../../vedette/v1/RoundDetail.ts';
import type { RoundRequestInput as _vedette_v1_RoundRequestInput, RoundRequest as _vedette_v1_RoundRequest } from '../../vedette/v1/RoundRequest.ts';
import type { RoundsReplyInput as _vedette_v1_RoundsReplyInput, RoundsReply as _vedette_v1_RoundsReply } from '../../vedette/v1/RoundsReply.ts';
import type { RoundsRequestInput as _vedette_v1_RoundsRequestInput, RoundsRequest as _vedette_v1_RoundsRequest } from '../../vedette/v1/RoundsRequest.ts';
import type { WatchRequestInput as _vedette_v1_WatchRequestInput, WatchRequest as _vedette_v1_WatchRequest } from '../../vedette/v1/WatchRequest.ts';

export interface ControlClient extends grpc.Client {
  AbortRun(argument: _vedette_v1_AbortRunRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_AbortRunReply>): grpc.ClientUnaryCall;
  AbortRun(argument: _vedette_v1_AbortRunRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_AbortRunReply>): grpc.ClientUnaryCall;
  AbortRun(argument: _vedette_v1_AbortRunRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_AbortRunReply>): grpc.ClientUnaryCall;
  AbortRun(argument: _vedette_v1_AbortRunRequestInput, callback: grpc.requestCallback<_vedette_v1_AbortRunReply>): grpc.ClientUnaryCall;
  abortRun(argument: _vedette_v1_AbortRunRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_AbortRunReply>): grpc.ClientUnaryCall;
  abortRun(argument: _vedette_v1_AbortRunRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_AbortRunReply>): grpc.ClientUnaryCall;
  abortRun(argument: _vedette_v1_AbortRunRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_AbortRunReply>): grpc.ClientUnaryCall;
  abortRun(argument: _vedette_v1_AbortRunRequestInput, callback: grpc.requestCallback<_vedette_v1_AbortRunReply>): grpc.ClientUnaryCall;
  
  Automation(argument: _vedette_v1_AutomationRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_AutomationReply>): grpc.ClientUnaryCall;
  Automation(argument: _vedette_v1_AutomationRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_AutomationReply>): grpc.ClientUnaryCall;
  Automation(argument: _vedette_v1_AutomationRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_AutomationReply>): grpc.ClientUnaryCall;
  Automation(argument: _vedette_v1_AutomationRequestInput, callback: grpc.requestCallback<_vedette_v1_AutomationReply>): grpc.ClientUnaryCall;
  automation(argument: _vedette_v1_AutomationRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_AutomationReply>): grpc.ClientUnaryCall;
  automation(argument: _vedette_v1_AutomationRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_AutomationReply>): grpc.ClientUnaryCall;
  automation(argument: _vedette_v1_AutomationRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_AutomationReply>): grpc.ClientUnaryCall;
  automation(argument: _vedette_v1_AutomationRequestInput, callback: grpc.requestCallback<_vedette_v1_AutomationReply>): grpc.ClientUnaryCall;
  
  ChangeStanding(argument: _vedette_v1_ChangeStandingRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_MemberRecord>): grpc.ClientUnaryCall;
  ChangeStanding(argument: _vedette_v1_ChangeStandingRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_MemberRecord>): grpc.ClientUnaryCall;
  ChangeStanding(argument: _vedette_v1_ChangeStandingRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_MemberRecord>): grpc.ClientUnaryCall;
  ChangeStanding(argument: _vedette_v1_ChangeStandingRequestInput, callback: grpc.requestCallback<_vedette_v1_MemberRecord>): grpc.ClientUnaryCall;
  changeStanding(argument: _vedette_v1_ChangeStandingRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_MemberRecord>): grpc.ClientUnaryCall;
  changeStanding(argument: _vedette_v1_ChangeStandingRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_MemberRecord>): grpc.ClientUnaryCall;
  changeStanding(argument: _vedette_v1_ChangeStandingRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_MemberRecord>): grpc.ClientUnaryCall;
  changeStanding(argument: _vedette_v1_ChangeStandingRequestInput, callback: grpc.requestCallback<_vedette_v1_MemberRecord>): grpc.ClientUnaryCall;
  
  DecideCandidate(argument: _vedette_v1_DecideCandidateRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_DecideCandidateReply>): grpc.ClientUnaryCall;
  DecideCandidate(argument: _vedette_v1_DecideCandidateRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_DecideCandidateReply>): grpc.ClientUnaryCall;
  DecideCandidate(argument: _vedette_v1_DecideCandidateRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_DecideCandidateReply>): grpc.ClientUnaryCall;
  DecideCandidate(argument: _vedette_v1_DecideCandidateRequestInput, callback: grpc.requestCallback<_vedette_v1_DecideCandidateReply>): grpc.ClientUnaryCall;
  decideCandidate(argument: _vedette_v1_DecideCandidateRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_DecideCandidateReply>): grpc.ClientUnaryCall;
  decideCandidate(argument: _vedette_v1_DecideCandidateRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_DecideCandidateReply>): grpc.ClientUnaryCall;
  decideCandidate(argument: _vedette_v1_DecideCandidateRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_DecideCandidateReply>): grpc.ClientUnaryCall;
  decideCandidate(argument: _vedette_v1_DecideCandidateRequestInput, callback: grpc.requestCallback<_vedette_v1_DecideCandidateReply>): grpc.ClientUnaryCall;
  
  Evidence(argument: _vedette_v1_EvidenceRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_EvidenceReply>): grpc.ClientUnaryCall;
  Evidence(argument: _vedette_v1_EvidenceRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_EvidenceReply>): grpc.ClientUnaryCall;
  Evidence(argument: _vedette_v1_EvidenceRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_EvidenceReply>): grpc.ClientUnaryCall;
  Evidence(argument: _vedette_v1_EvidenceRequestInput, callback: grpc.requestCallback<_vedette_v1_EvidenceReply>): grpc.ClientUnaryCall;
  evidence(argument: _vedette_v1_EvidenceRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_EvidenceReply>): grpc.ClientUnaryCall;
  evidence(argument: _vedette_v1_EvidenceRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_EvidenceReply>): grpc.ClientUnaryCall;
  evidence(argument: _vedette_v1_EvidenceRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_EvidenceReply>): grpc.ClientUnaryCall;
  evidence(argument: _vedette_v1_EvidenceRequestInput, callback: grpc.requestCallback<_vedette_v1_EvidenceReply>): grpc.ClientUnaryCall;
  
  Invite(argument: _vedette_v1_InviteRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_InviteReply>): grpc.ClientUnaryCall;
  Invite(argument: _vedette_v1_InviteRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_InviteReply>): grpc.ClientUnaryCall;
  Invite(argument: _vedette_v1_InviteRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_InviteReply>): grpc.ClientUnaryCall;
  Invite(argument: _vedette_v1_InviteRequestInput, callback: grpc.requestCallback<_vedette_v1_InviteReply>): grpc.ClientUnaryCall;
  invite(argument: _vedette_v1_InviteRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_InviteReply>): grpc.ClientUnaryCall;
  invite(argument: _vedette_v1_InviteRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_InviteReply>): grpc.ClientUnaryCall;
  invite(argument: _vedette_v1_InviteRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_InviteReply>): grpc.ClientUnaryCall;
  invite(argument: _vedette_v1_InviteRequestInput, callback: grpc.requestCallback<_vedette_v1_InviteReply>): grpc.ClientUnaryCall;
  
  Members(argument: _vedette_v1_MembersRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_MembersReply>): grpc.ClientUnaryCall;
  Members(argument: _vedette_v1_MembersRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_MembersReply>): grpc.ClientUnaryCall;
  Members(argument: _vedette_v1_MembersRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_MembersReply>): grpc.ClientUnaryCall;
  Members(argument: _vedette_v1_MembersRequestInput, callback: grpc.requestCallback<_vedette_v1_MembersReply>): grpc.ClientUnaryCall;
  members(argument: _vedette_v1_MembersRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_MembersReply>): grpc.ClientUnaryCall;
  members(argument: _vedette_v1_MembersRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_MembersReply>): grpc.ClientUnaryCall;
  members(argument: _vedette_v1_MembersRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_MembersReply>): grpc.ClientUnaryCall;
  members(argument: _vedette_v1_MembersRequestInput, callback: grpc.requestCallback<_vedette_v1_MembersReply>): grpc.ClientUnaryCall;
  
  ModelVersions(argument: _vedette_v1_ModelVersionsRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_ModelVersionsReply>): grpc.ClientUnaryCall;
  ModelVersions(argument: _vedette_v1_ModelVersionsRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_ModelVersionsReply>): grpc.ClientUnaryCall;
  ModelVersions(argument: _vedette_v1_ModelVersionsRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_ModelVersionsReply>): grpc.ClientUnaryCall;
  ModelVersions(argument: _vedette_v1_ModelVersionsRequestInput, callback: grpc.requestCallback<_vedette_v1_ModelVersionsReply>): grpc.ClientUnaryCall;
  modelVersions(argument: _vedette_v1_ModelVersionsRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_ModelVersionsReply>): grpc.ClientUnaryCall;
  modelVersions(argument: _vedette_v1_ModelVersionsRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_ModelVersionsReply>): grpc.ClientUnaryCall;
  modelVersions(argument: _vedette_v1_ModelVersionsRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_ModelVersionsReply>): grpc.ClientUnaryCall;
  modelVersions(argument: _vedette_v1_ModelVersionsRequestInput, callback: grpc.requestCallback<_vedette_v1_ModelVersionsReply>): grpc.ClientUnaryCall;
  
  OpenRun(argument: _vedette_v1_OpenRunRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_OpenRunReply>): grpc.ClientUnaryCall;
  OpenRun(argument: _vedette_v1_OpenRunRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_OpenRunReply>): grpc.ClientUnaryCall;
  OpenRun(argument: _vedette_v1_OpenRunRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_OpenRunReply>): grpc.ClientUnaryCall;
  OpenRun(argument: _vedette_v1_OpenRunRequestInput, callback: grpc.requestCallback<_vedette_v1_OpenRunReply>): grpc.ClientUnaryCall;
  openRun(argument: _vedette_v1_OpenRunRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_OpenRunReply>): grpc.ClientUnaryCall;
  openRun(argument: _vedette_v1_OpenRunRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_OpenRunReply>): grpc.ClientUnaryCall;
  openRun(argument: _vedette_v1_OpenRunRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_OpenRunReply>): grpc.ClientUnaryCall;
  openRun(argument: _vedette_v1_OpenRunRequestInput, callback: grpc.requestCallback<_vedette_v1_OpenRunReply>): grpc.ClientUnaryCall;
  
  Rollback(argument: _vedette_v1_RollbackRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_RollbackReply>): grpc.ClientUnaryCall;
  Rollback(argument: _vedette_v1_RollbackRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_RollbackReply>): grpc.ClientUnaryCall;
  Rollback(argument: _vedette_v1_RollbackRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_RollbackReply>): grpc.ClientUnaryCall;
  Rollback(argument: _vedette_v1_RollbackRequestInput, callback: grpc.requestCallback<_vedette_v1_RollbackReply>): grpc.ClientUnaryCall;
  rollback(argument: _vedette_v1_RollbackRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_RollbackReply>): grpc.ClientUnaryCall;
  rollback(argument: _vedette_v1_RollbackRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_RollbackReply>): grpc.ClientUnaryCall;
  rollback(argument: _vedette_v1_RollbackRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_RollbackReply>): grpc.ClientUnaryCall;
  rollback(argument: _vedette_v1_RollbackRequestInput, callback: grpc.requestCallback<_vedette_v1_RollbackReply>): grpc.ClientUnaryCall;
  
  Round(argument: _vedette_v1_RoundRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_RoundDetail>): grpc.ClientUnaryCall;
  Round(argument: _vedette_v1_RoundRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_RoundDetail>): grpc.ClientUnaryCall;
  Round(argument: _vedette_v1_RoundRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_RoundDetail>): grpc.ClientUnaryCall;
  Round(argument: _vedette_v1_RoundRequestInput, callback: grpc.requestCallback<_vedette_v1_RoundDetail>): grpc.ClientUnaryCall;
  round(argument: _vedette_v1_RoundRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_RoundDetail>): grpc.ClientUnaryCall;
  round(argument: _vedette_v1_RoundRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_RoundDetail>): grpc.ClientUnaryCall;
  round(argument: _vedette_v1_RoundRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_RoundDetail>): grpc.ClientUnaryCall;
  round(argument: _vedette_v1_RoundRequestInput, callback: grpc.requestCallback<_vedette_v1_RoundDetail>): grpc.ClientUnaryCall;
  
  Rounds(argument: _vedette_v1_RoundsRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_RoundsReply>): grpc.ClientUnaryCall;
  Rounds(argument: _vedette_v1_RoundsRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_RoundsReply>): grpc.ClientUnaryCall;
  Rounds(argument: _vedette_v1_RoundsRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_RoundsReply>): grpc.ClientUnaryCall;
  Rounds(argument: _vedette_v1_RoundsRequestInput, callback: grpc.requestCallback<_vedette_v1_RoundsReply>): grpc.ClientUnaryCall;
  rounds(argument: _vedette_v1_RoundsRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_RoundsReply>): grpc.ClientUnaryCall;
  rounds(argument: _vedette_v1_RoundsRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_RoundsReply>): grpc.ClientUnaryCall;
  rounds(argument: _vedette_v1_RoundsRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_RoundsReply>): grpc.ClientUnaryCall;
  rounds(argument: _vedette_v1_RoundsRequestInput, callback: grpc.requestCallback<_vedette_v1_RoundsReply>): grpc.ClientUnaryCall;
  
  Watch(argument: _vedette_v1_WatchRequestInput, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_vedette_v1_JournalEntry>;
  Watch(argument: _vedette_v1_WatchRequestInput, options?: grpc.CallOptions): grpc.ClientReadableStream<_vedette_v1_JournalEntry>;
  watch(argument: _vedette_v1_WatchRequestInput, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_vedette_v1_JournalEntry>;
  watch(argument: _vedette_v1_WatchRequestInput, options?: grpc.CallOptions): grpc.ClientReadableStream<_vedette_v1_JournalEntry>;
  
}

export interface ControlHandlers extends grpc.UntypedServiceImplementation {
  AbortRun: grpc.handleUnaryCall<_vedette_v1_AbortRunRequest, _vedette_v1_AbortRunReplyInput>;
  
  Automation: grpc.handleUnaryCall<_vedette_v1_AutomationRequest, _vedette_v1_AutomationReplyInput>;
  
  ChangeStanding: grpc.handleUnaryCall<_vedette_v1_ChangeStandingRequest, _vedette_v1_MemberRecordInput>;
  
  DecideCandidate: grpc.handleUnaryCall<_vedette_v1_DecideCandidateRequest, _vedette_v1_DecideCandidateReplyInput>;
  
  Evidence: grpc.handleUnaryCall<_vedette_v1_EvidenceRequest, _vedette_v1_EvidenceReplyInput>;
  
  Invite: grpc.handleUnaryCall<_vedette_v1_InviteRequest, _vedette_v1_InviteReplyInput>;
  
  Members: grpc.handleUnaryCall<_vedette_v1_MembersRequest, _vedette_v1_MembersReplyInput>;
  
  ModelVersions: grpc.handleUnaryCall<_vedette_v1_ModelVersionsRequest, _vedette_v1_ModelVersionsReplyInput>;
  
  OpenRun: grpc.handleUnaryCall<_vedette_v1_OpenRunRequest, _vedette_v1_OpenRunReplyInput>;
  
  Rollback: grpc.handleUnaryCall<_vedette_v1_RollbackRequest, _vedette_v1_RollbackReplyInput>;
  
  Round: grpc.handleUnaryCall<_vedette_v1_RoundRequest, _vedette_v1_RoundDetailInput>;
  
  Rounds: grpc.handleUnaryCall<_vedette_v1_RoundsRequest, _vedette_v1_RoundsReplyInput>;
  
  Watch: grpc.handleServerStreamingCall<_vedette_v1_WatchRequest, _vedette_v1_JournalEntryInput>;
  
}

export interface ControlDefinition extends grpc.ServiceDefinition {
  AbortRun: MethodDefinition<_vedette_v1_AbortRunRequestInput, _vedette_v1_AbortRunReplyInput, _vedette_v1_AbortRunRequest, _vedette_v1_AbortRunReply>
  Automation: MethodDefinition<_vedette_v1_AutomationRequestInput, _vedette_v1_AutomationReplyInput, _vedette_v1_AutomationRequest, _vedette_v1_AutomationReply>
  ChangeStanding: MethodDefinition<_vedette_v1_ChangeStandingRequestInput, _vedette_v1_MemberRecordInput, _vedette_v1_ChangeStandingRequest, _vedette_v1_MemberRecord>
  DecideCandidate: MethodDefinition<_vedette_v1_DecideCandidateRequestInput, _vedette_v1_DecideCandidateReplyInput, _vedette_v1_DecideCandidateRequest, _vedette_v1_DecideCandidateReply>
  Evidence: MethodDefinition<_vedette_v1_EvidenceRequestInput, _vedette_v1_EvidenceReplyInput, _vedette_v1_EvidenceRequest, _vedette_v1_EvidenceReply>
  Invite: MethodDefinition<_vedette_v1_InviteRequestInput, _vedette_v1_InviteReplyInput, _vedette_v1_InviteRequest, _vedette_v1_InviteReply>
  Members: MethodDefinition<_vedette_v1_MembersRequestInput, _vedette_v1_MembersReplyInput, _vedette_v1_MembersRequest, _vedette_v1_MembersReply>
  ModelVersions: MethodDefinition<_vedette_v1_ModelVersionsRequestInput, _vedette_v1_ModelVersionsReplyInput, _vedette_v1_ModelVersionsRequest, _vedette_v1_ModelVersionsReply>
  OpenRun: MethodDefinition<_vedette_v1_OpenRunRequestInput, _vedette_v1_OpenRunReplyInput, _vedette_v1_OpenRunRequest, _vedette_v1_OpenRunReply>
  Rollback: MethodDefinition<_vedette_v1_RollbackRequestInput, _vedette_v1_RollbackReplyInput, _vedette_v1_RollbackRequest, _vedette_v1_RollbackReply>
  Round: MethodDefinition<_vedette_v1_RoundRequestInput, _vedette_v1_RoundDetailInput, _vedette_v1_RoundRequest, _vedette_v1_RoundDetail>
  Rounds: MethodDefinition<_vedette_v1_RoundsRequestInput, _vedette_v1_RoundsReplyInput, _vedette_v1_RoundsRequest, _vedette_v1_RoundsReply>
  Watch: MethodDefinition<_vedette_v1_WatchRequestInput, _vedette_v1_JournalEntryInput, _vedette_v1_WatchRequest, _vedette_v1_JournalEntry>
}
