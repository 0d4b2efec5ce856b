// Original file: proto/vedette/v1/participation.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { AppealReplyInput as _vedette_v1_AppealReplyInput, AppealReply as _vedette_v1_AppealReply } from '../../vedette/v1/AppealReply.ts';
import type { AppealRequestInput as _vedette_v1_AppealRequestInput, AppealRequest as _vedette_v1_AppealRequest } from '../../vedette/v1/AppealRequest.ts';
import type { EvidenceReplyInput as _vedette_v1_EvidenceReplyInput, EvidenceReply as _vedette_v1_EvidenceReply } from '../../vedette/v1/EvidenceReply.ts';
import type { FollowRequestInput as _vedette_v1_FollowRequestInput, FollowRequest as _vedette_v1_FollowRequest } from '../../vedette/v1/FollowRequest.ts';
import type { OwnEvidenceRequestInput as _vedette_v1_OwnEvidenceRequestInput, OwnEvidenceRequest as _vedette_v1_OwnEvidenceRequest } from '../../vedette/v1/OwnEvidenceRequest.ts';
import type { ProgressReplyInput as _vedette_v1_ProgressReplyInput, ProgressReply as _vedette_v1_ProgressReply } from '../../vedette/v1/ProgressReply.ts';
import type { ProgressRequestInput as _vedette_v1_ProgressRequestInput, ProgressRequest as _vedette_v1_ProgressRequest } from '../../vedette/v1/ProgressRequest.ts';
import type { ReportReplyInput as _vedette_v1_ReportReplyInput, ReportReply as _vedette_v1_ReportReply } from '../../vedette/v1/ReportReply.ts';
import type { ReportRequestInput as _vedette_v1_ReportRequestInput, ReportRequest as _vedette_v1_ReportRequest } from '../../vedette/v1/ReportRequest.ts';
import type { SituationInput as _vedette_v1_SituationInput, Situation as _vedette_v1_Situation } from '../../vedette/v1/Situation.ts';
import type { StandingReplyInput as _vedette_v1_StandingReplyInput, StandingReply as _vedette_v1_StandingReply } from '../../vedette/v1/StandingReply.ts';
import type { StandingRequestInput as _vedette_v1_StandingRequestInput, StandingRequest as _vedette_v1_StandingRequest } from '../../vedette/v1/StandingRequest.ts';
import type { SubmitReplyInput as _vedette_v1_SubmitReplyInput, SubmitReply as _vedette_v1_SubmitReply } from '../../vedette/v1/SubmitReply.ts';
import type { SubmitRequestInput as _vedette_v1_SubmitRequestInput, SubmitRequest as _vedette_v1_SubmitRequest } from '../../vedette/v1/SubmitRequest.ts';
import type { VerdictsReplyInput as _vedette_v1_VerdictsReplyInput, VerdictsReply as _vedette_v1_VerdictsReply } from '../../vedette/v1/VerdictsReply.ts';
import type { VerdictsRequestInput as _vedette_v1_VerdictsRequestInput, VerdictsRequest as _vedette_v1_VerdictsRequest } from '../../vedette/v1/VerdictsRequest.ts';
import type { VoteReplyInput as _vedette_v1_VoteReplyInput, VoteReply as _vedette_v1_VoteReply } from '../../vedette/v1/VoteReply.ts';
import type { VoteRequestInput as _vedette_v1_VoteRequestInput, VoteRequest as _vedette_v1_VoteRequest } from '../../vedette/v1/VoteRequest.ts';

export interface ParticipationClient extends grpc.Client {
  Appeal(argument: _vedette_v1_AppealRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_AppealReply>): grpc.ClientUnaryCall;
  Appeal(argument: _vedette_v1_AppealRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_AppealReply>): grpc.ClientUnaryCall;
  Appeal(argument: _vedette_v1_AppealRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_AppealReply>): grpc.ClientUnaryCall;
  Appeal(argument: _vedette_v1_AppealRequestInput, callback: grpc.requestCallback<_vedette_v1_AppealReply>): grpc.ClientUnaryCall;
  appeal(argument: _vedette_v1_AppealRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_AppealReply>): grpc.ClientUnaryCall;
  appeal(argument: _vedette_v1_AppealRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_AppealReply>): grpc.ClientUnaryCall;
  appeal(argument: _vedette_v1_AppealRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_AppealReply>): grpc.ClientUnaryCall;
  appeal(argument: _vedette_v1_AppealRequestInput, callback: grpc.requestCallback<_vedette_v1_AppealReply>): grpc.ClientUnaryCall;
  
  Follow(argument: _vedette_v1_FollowRequestInput, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_vedette_v1_Situation>;
  Follow(argument: _vedette_v1_FollowRequestInput, options?: grpc.CallOptions): grpc.ClientReadableStream<_vedette_v1_Situation>;
  follow(argument: _vedette_v1_FollowRequestInput, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_vedette_v1_Situation>;
  follow(argument: _vedette_v1_FollowRequestInput, options?: grpc.CallOptions): grpc.ClientReadableStream<_vedette_v1_Situation>;
  
  OwnEvidence(argument: _vedette_v1_OwnEvidenceRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_EvidenceReply>): grpc.ClientUnaryCall;
  OwnEvidence(argument: _vedette_v1_OwnEvidenceRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_EvidenceReply>): grpc.ClientUnaryCall;
  OwnEvidence(argument: _vedette_v1_OwnEvidenceRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_EvidenceReply>): grpc.ClientUnaryCall;
  OwnEvidence(argument: _vedette_v1_OwnEvidenceRequestInput, callback: grpc.requestCallback<_vedette_v1_EvidenceReply>): grpc.ClientUnaryCall;
  ownEvidence(argument: _vedette_v1_OwnEvidenceRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_EvidenceReply>): grpc.ClientUnaryCall;
  ownEvidence(argument: _vedette_v1_OwnEvidenceRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_EvidenceReply>): grpc.ClientUnaryCall;
  ownEvidence(argument: _vedette_v1_OwnEvidenceRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_EvidenceReply>): grpc.ClientUnaryCall;
  ownEvidence(argument: _vedette_v1_OwnEvidenceRequestInput, callback: grpc.requestCallback<_vedette_v1_EvidenceReply>): grpc.ClientUnaryCall;
  
  Progress(argument: _vedette_v1_ProgressRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_ProgressReply>): grpc.ClientUnaryCall;
  Progress(argument: _vedette_v1_ProgressRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_ProgressReply>): grpc.ClientUnaryCall;
  Progress(argument: _vedette_v1_ProgressRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_ProgressReply>): grpc.ClientUnaryCall;
  Progress(argument: _vedette_v1_ProgressRequestInput, callback: grpc.requestCallback<_vedette_v1_ProgressReply>): grpc.ClientUnaryCall;
  progress(argument: _vedette_v1_ProgressRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_ProgressReply>): grpc.ClientUnaryCall;
  progress(argument: _vedette_v1_ProgressRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_ProgressReply>): grpc.ClientUnaryCall;
  progress(argument: _vedette_v1_ProgressRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_ProgressReply>): grpc.ClientUnaryCall;
  progress(argument: _vedette_v1_ProgressRequestInput, callback: grpc.requestCallback<_vedette_v1_ProgressReply>): grpc.ClientUnaryCall;
  
  Report(argument: _vedette_v1_ReportRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_ReportReply>): grpc.ClientUnaryCall;
  Report(argument: _vedette_v1_ReportRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_ReportReply>): grpc.ClientUnaryCall;
  Report(argument: _vedette_v1_ReportRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_ReportReply>): grpc.ClientUnaryCall;
  Report(argument: _vedette_v1_ReportRequestInput, callback: grpc.requestCallback<_vedette_v1_ReportReply>): grpc.ClientUnaryCall;
  report(argument: _vedette_v1_ReportRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_ReportReply>): grpc.ClientUnaryCall;
  report(argument: _vedette_v1_ReportRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_ReportReply>): grpc.ClientUnaryCall;
  report(argument: _vedette_v1_ReportRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_ReportReply>): grpc.ClientUnaryCall;
  report(argument: _vedette_v1_ReportRequestInput, callback: grpc.requestCallback<_vedette_v1_ReportReply>): grpc.ClientUnaryCall;
  
  Standing(argument: _vedette_v1_StandingRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_StandingReply>): grpc.ClientUnaryCall;
  Standing(argument: _vedette_v1_StandingRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_StandingReply>): grpc.ClientUnaryCall;
  Standing(argument: _vedette_v1_StandingRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_StandingReply>): grpc.ClientUnaryCall;
  Standing(argument: _vedette_v1_StandingRequestInput, callback: grpc.requestCallback<_vedette_v1_StandingReply>): grpc.ClientUnaryCall;
  standing(argument: _vedette_v1_StandingRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_StandingReply>): grpc.ClientUnaryCall;
  standing(argument: _vedette_v1_StandingRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_StandingReply>): grpc.ClientUnaryCall;
  standing(argument: _vedette_v1_StandingRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_StandingReply>): grpc.ClientUnaryCall;
  standing(argument: _vedette_v1_StandingRequestInput, callback: grpc.requestCallback<_vedette_v1_StandingReply>): grpc.ClientUnaryCall;
  
  Submit(argument: _vedette_v1_SubmitRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_SubmitReply>): grpc.ClientUnaryCall;
  Submit(argument: _vedette_v1_SubmitRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_SubmitReply>): grpc.ClientUnaryCall;
  Submit(argument: _vedette_v1_SubmitRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_SubmitReply>): grpc.ClientUnaryCall;
  Submit(argument: _vedette_v1_SubmitRequestInput, callback: grpc.requestCallback<_vedette_v1_SubmitReply>): grpc.ClientUnaryCall;
  submit(argument: _vedette_v1_SubmitRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_SubmitReply>): grpc.ClientUnaryCall;
  submit(argument: _vedette_v1_SubmitRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_SubmitReply>): grpc.ClientUnaryCall;
  submit(argument: _vedette_v1_SubmitRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_SubmitReply>): grpc.ClientUnaryCall;
  submit(argument: _vedette_v1_SubmitRequestInput, callback: grpc.requestCallback<_vedette_v1_SubmitReply>): grpc.ClientUnaryCall;
  
  Verdicts(argument: _vedette_v1_VerdictsRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_VerdictsReply>): grpc.ClientUnaryCall;
  Verdicts(argument: _vedette_v1_VerdictsRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_VerdictsReply>): grpc.ClientUnaryCall;
  Verdicts(argument: _vedette_v1_VerdictsRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_VerdictsReply>): grpc.ClientUnaryCall;
  Verdicts(argument: _vedette_v1_VerdictsRequestInput, callback: grpc.requestCallback<_vedette_v1_VerdictsReply>): grpc.ClientUnaryCall;
  verdicts(argument: _vedette_v1_VerdictsRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_VerdictsReply>): grpc.ClientUnaryCall;
  verdicts(argument: _vedette_v1_VerdictsRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_VerdictsReply>): grpc.ClientUnaryCall;
  verdicts(argument: _vedette_v1_VerdictsRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_VerdictsReply>): grpc.ClientUnaryCall;
  verdicts(argument: _vedette_v1_VerdictsRequestInput, callback: grpc.requestCallback<_vedette_v1_VerdictsReply>): grpc.ClientUnaryCall;
  
  Vote(argument: _vedette_v1_VoteRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_VoteReply>): grpc.ClientUnaryCall;
  Vote(argument: _vedette_v1_VoteRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_VoteReply>): grpc.ClientUnaryCall;
  Vote(argument: _vedette_v1_VoteRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_VoteReply>): grpc.ClientUnaryCall;
  Vote(argument: _vedette_v1_VoteRequestInput, callback: grpc.requestCallback<_vedette_v1_VoteReply>): grpc.ClientUnaryCall;
  vote(argument: _vedette_v1_VoteRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_VoteReply>): grpc.ClientUnaryCall;
  vote(argument: _vedette_v1_VoteRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_VoteReply>): grpc.ClientUnaryCall;
  vote(argument: _vedette_v1_VoteRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_VoteReply>): grpc.ClientUnaryCall;
  vote(argument: _vedette_v1_VoteRequestInput, callback: grpc.requestCallback<_vedette_v1_VoteReply>): grpc.ClientUnaryCall;
  
}

export interface ParticipationHandlers extends grpc.UntypedServiceImplementation {
  Appeal: grpc.handleUnaryCall<_vedette_v1_AppealRequest, _vedette_v1_AppealReplyInput>;
  
  Follow: grpc.handleServerStreamingCall<_vedette_v1_FollowRequest, _vedette_v1_SituationInput>;
  
  OwnEvidence: grpc.handleUnaryCall<_vedette_v1_OwnEvidenceRequest, _vedette_v1_EvidenceReplyInput>;
  
  Progress: grpc.handleUnaryCall<_vedette_v1_ProgressRequest, _vedette_v1_ProgressReplyInput>;
  
  Report: grpc.handleUnaryCall<_vedette_v1_ReportRequest, _vedette_v1_ReportReplyInput>;
  
  Standing: grpc.handleUnaryCall<_vedette_v1_StandingRequest, _vedette_v1_StandingReplyInput>;
  
  Submit: grpc.handleUnaryCall<_vedette_v1_SubmitRequest, _vedette_v1_SubmitReplyInput>;
  
  Verdicts: grpc.handleUnaryCall<_vedette_v1_VerdictsRequest, _vedette_v1_VerdictsReplyInput>;
  
  Vote: grpc.handleUnaryCall<_vedette_v1_VoteRequest, _vedette_v1_VoteReplyInput>;
  
}

export interface ParticipationDefinition extends grpc.ServiceDefinition {
  Appeal: MethodDefinition<_vedette_v1_AppealRequestInput, _vedette_v1_AppealReplyInput, _vedette_v1_AppealRequest, _vedette_v1_AppealReply>
  Follow: MethodDefinition<_vedette_v1_FollowRequestInput, _vedette_v1_SituationInput, _vedette_v1_FollowRequest, _vedette_v1_Situation>
  OwnEvidence: MethodDefinition<_vedette_v1_OwnEvidenceRequestInput, _vedette_v1_EvidenceReplyInput, _vedette_v1_OwnEvidenceRequest, _vedette_v1_EvidenceReply>
  Progress: MethodDefinition<_vedette_v1_ProgressRequestInput, _vedette_v1_ProgressReplyInput, _vedette_v1_ProgressRequest, _vedette_v1_ProgressReply>
  Report: MethodDefinition<_vedette_v1_ReportRequestInput, _vedette_v1_ReportReplyInput, _vedette_v1_ReportRequest, _vedette_v1_ReportReply>
  Standing: MethodDefinition<_vedette_v1_StandingRequestInput, _vedette_v1_StandingReplyInput, _vedette_v1_StandingRequest, _vedette_v1_StandingReply>
  Submit: MethodDefinition<_vedette_v1_SubmitRequestInput, _vedette_v1_SubmitReplyInput, _vedette_v1_SubmitRequest, _vedette_v1_SubmitReply>
  Verdicts: MethodDefinition<_vedette_v1_VerdictsRequestInput, _vedette_v1_VerdictsReplyInput, _vedette_v1_VerdictsRequest, _vedette_v1_VerdictsReply>
  Vote: MethodDefinition<_vedette_v1_VoteRequestInput, _vedette_v1_VoteReplyInput, _vedette_v1_VoteRequest, _vedette_v1_VoteReply>
}
