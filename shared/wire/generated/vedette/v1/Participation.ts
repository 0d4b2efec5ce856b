// Original file: proto/vedette/v1/participation.proto

import type * as grpc from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';
import type {
  FollowRequest as _vedette_v1_FollowRequest,
  FollowRequestInput as _vedette_v1_FollowRequestInput,
} from '../../vedette/v1/FollowRequest.ts';
import type {
  ProgressReply as _vedette_v1_ProgressReply,
  ProgressReplyInput as _vedette_v1_ProgressReplyInput,
} from '../../vedette/v1/ProgressReply.ts';
import type {
  ProgressRequest as _vedette_v1_ProgressRequest,
  ProgressRequestInput as _vedette_v1_ProgressRequestInput,
} from '../../vedette/v1/ProgressRequest.ts';
import type {
  ReportReply as _vedette_v1_ReportReply,
  ReportReplyInput as _vedette_v1_ReportReplyInput,
} from '../../vedette/v1/ReportReply.ts';
import type {
  ReportRequest as _vedette_v1_ReportRequest,
  ReportRequestInput as _vedette_v1_ReportRequestInput,
} from '../../vedette/v1/ReportRequest.ts';
import type {
  Situation as _vedette_v1_Situation,
  SituationInput as _vedette_v1_SituationInput,
} from '../../vedette/v1/Situation.ts';
import type {
  SubmitReply as _vedette_v1_SubmitReply,
  SubmitReplyInput as _vedette_v1_SubmitReplyInput,
} from '../../vedette/v1/SubmitReply.ts';
import type {
  SubmitRequest as _vedette_v1_SubmitRequest,
  SubmitRequestInput as _vedette_v1_SubmitRequestInput,
} from '../../vedette/v1/SubmitRequest.ts';
import type {
  VerdictsReply as _vedette_v1_VerdictsReply,
  VerdictsReplyInput as _vedette_v1_VerdictsReplyInput,
} from '../../vedette/v1/VerdictsReply.ts';
import type {
  VerdictsRequest as _vedette_v1_VerdictsRequest,
  VerdictsRequestInput as _vedette_v1_VerdictsRequestInput,
} from '../../vedette/v1/VerdictsRequest.ts';
import type {
  VoteReply as _vedette_v1_VoteReply,
  VoteReplyInput as _vedette_v1_VoteReplyInput,
} from '../../vedette/v1/VoteReply.ts';
import type {
  VoteRequest as _vedette_v1_VoteRequest,
  VoteRequestInput as _vedette_v1_VoteRequestInput,
} from '../../vedette/v1/VoteRequest.ts';

export interface ParticipationClient extends grpc.Client {
  Follow(
    argument: _vedette_v1_FollowRequestInput,
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_vedette_v1_Situation>;
  Follow(
    argument: _vedette_v1_FollowRequestInput,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_vedette_v1_Situation>;
  follow(
    argument: _vedette_v1_FollowRequestInput,
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_vedette_v1_Situation>;
  follow(
    argument: _vedette_v1_FollowRequestInput,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_vedette_v1_Situation>;

  Progress(
    argument: _vedette_v1_ProgressRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_vedette_v1_ProgressReply>,
  ): grpc.ClientUnaryCall;
  Progress(
    argument: _vedette_v1_ProgressRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_vedette_v1_ProgressReply>,
  ): grpc.ClientUnaryCall;
  Progress(
    argument: _vedette_v1_ProgressRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_vedette_v1_ProgressReply>,
  ): grpc.ClientUnaryCall;
  Progress(
    argument: _vedette_v1_ProgressRequestInput,
    callback: grpc.requestCallback<_vedette_v1_ProgressReply>,
  ): grpc.ClientUnaryCall;
  progress(
    argument: _vedette_v1_ProgressRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_vedette_v1_ProgressReply>,
  ): grpc.ClientUnaryCall;
  progress(
    argument: _vedette_v1_ProgressRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_vedette_v1_ProgressReply>,
  ): grpc.ClientUnaryCall;
  progress(
    argument: _vedette_v1_ProgressRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_vedette_v1_ProgressReply>,
  ): grpc.ClientUnaryCall;
  progress(
    argument: _vedette_v1_ProgressRequestInput,
    callback: grpc.requestCallback<_vedette_v1_ProgressReply>,
  ): grpc.ClientUnaryCall;

  Report(
    argument: _vedette_v1_ReportRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_vedette_v1_ReportReply>,
  ): grpc.ClientUnaryCall;
  Report(
    argument: _vedette_v1_ReportRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_vedette_v1_ReportReply>,
  ): grpc.ClientUnaryCall;
  Report(
    argument: _vedette_v1_ReportRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_vedette_v1_ReportReply>,
  ): grpc.ClientUnaryCall;
  Report(
    argument: _vedette_v1_ReportRequestInput,
    callback: grpc.requestCallback<_vedette_v1_ReportReply>,
  ): grpc.ClientUnaryCall;
  report(
    argument: _vedette_v1_ReportRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_vedette_v1_ReportReply>,
  ): grpc.ClientUnaryCall;
  report(
    argument: _vedette_v1_ReportRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_vedette_v1_ReportReply>,
  ): grpc.ClientUnaryCall;
  report(
    argument: _vedette_v1_ReportRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_vedette_v1_ReportReply>,
  ): grpc.ClientUnaryCall;
  report(
    argument: _vedette_v1_ReportRequestInput,
    callback: grpc.requestCallback<_vedette_v1_ReportReply>,
  ): grpc.ClientUnaryCall;

  Submit(
    argument: _vedette_v1_SubmitRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_vedette_v1_SubmitReply>,
  ): grpc.ClientUnaryCall;
  Submit(
    argument: _vedette_v1_SubmitRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_vedette_v1_SubmitReply>,
  ): grpc.ClientUnaryCall;
  Submit(
    argument: _vedette_v1_SubmitRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_vedette_v1_SubmitReply>,
  ): grpc.ClientUnaryCall;
  Submit(
    argument: _vedette_v1_SubmitRequestInput,
    callback: grpc.requestCallback<_vedette_v1_SubmitReply>,
  ): grpc.ClientUnaryCall;
  submit(
    argument: _vedette_v1_SubmitRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_vedette_v1_SubmitReply>,
  ): grpc.ClientUnaryCall;
  submit(
    argument: _vedette_v1_SubmitRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_vedette_v1_SubmitReply>,
  ): grpc.ClientUnaryCall;
  submit(
    argument: _vedette_v1_SubmitRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_vedette_v1_SubmitReply>,
  ): grpc.ClientUnaryCall;
  submit(
    argument: _vedette_v1_SubmitRequestInput,
    callback: grpc.requestCallback<_vedette_v1_SubmitReply>,
  ): grpc.ClientUnaryCall;

  Verdicts(
    argument: _vedette_v1_VerdictsRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_vedette_v1_VerdictsReply>,
  ): grpc.ClientUnaryCall;
  Verdicts(
    argument: _vedette_v1_VerdictsRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_vedette_v1_VerdictsReply>,
  ): grpc.ClientUnaryCall;
  Verdicts(
    argument: _vedette_v1_VerdictsRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_vedette_v1_VerdictsReply>,
  ): grpc.ClientUnaryCall;
  Verdicts(
    argument: _vedette_v1_VerdictsRequestInput,
    callback: grpc.requestCallback<_vedette_v1_VerdictsReply>,
  ): grpc.ClientUnaryCall;
  verdicts(
    argument: _vedette_v1_VerdictsRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_vedette_v1_VerdictsReply>,
  ): grpc.ClientUnaryCall;
  verdicts(
    argument: _vedette_v1_VerdictsRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_vedette_v1_VerdictsReply>,
  ): grpc.ClientUnaryCall;
  verdicts(
    argument: _vedette_v1_VerdictsRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_vedette_v1_VerdictsReply>,
  ): grpc.ClientUnaryCall;
  verdicts(
    argument: _vedette_v1_VerdictsRequestInput,
    callback: grpc.requestCallback<_vedette_v1_VerdictsReply>,
  ): grpc.ClientUnaryCall;

  Vote(
    argument: _vedette_v1_VoteRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_vedette_v1_VoteReply>,
  ): grpc.ClientUnaryCall;
  Vote(
    argument: _vedette_v1_VoteRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_vedette_v1_VoteReply>,
  ): grpc.ClientUnaryCall;
  Vote(
    argument: _vedette_v1_VoteRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_vedette_v1_VoteReply>,
  ): grpc.ClientUnaryCall;
  Vote(
    argument: _vedette_v1_VoteRequestInput,
    callback: grpc.requestCallback<_vedette_v1_VoteReply>,
  ): grpc.ClientUnaryCall;
  vote(
    argument: _vedette_v1_VoteRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_vedette_v1_VoteReply>,
  ): grpc.ClientUnaryCall;
  vote(
    argument: _vedette_v1_VoteRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_vedette_v1_VoteReply>,
  ): grpc.ClientUnaryCall;
  vote(
    argument: _vedette_v1_VoteRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_vedette_v1_VoteReply>,
  ): grpc.ClientUnaryCall;
  vote(
    argument: _vedette_v1_VoteRequestInput,
    callback: grpc.requestCallback<_vedette_v1_VoteReply>,
  ): grpc.ClientUnaryCall;
}

export interface ParticipationHandlers extends grpc.UntypedServiceImplementation {
  Follow: grpc.handleServerStreamingCall<_vedette_v1_FollowRequest, _vedette_v1_SituationInput>;

  Progress: grpc.handleUnaryCall<_vedette_v1_ProgressRequest, _vedette_v1_ProgressReplyInput>;

  Report: grpc.handleUnaryCall<_vedette_v1_ReportRequest, _vedette_v1_ReportReplyInput>;

  Submit: grpc.handleUnaryCall<_vedette_v1_SubmitRequest, _vedette_v1_SubmitReplyInput>;

  Verdicts: grpc.handleUnaryCall<_vedette_v1_VerdictsRequest, _vedette_v1_VerdictsReplyInput>;

  Vote: grpc.handleUnaryCall<_vedette_v1_VoteRequest, _vedette_v1_VoteReplyInput>;
}

export interface ParticipationDefinition extends grpc.ServiceDefinition {
  Follow: MethodDefinition<
    _vedette_v1_FollowRequestInput,
    _vedette_v1_SituationInput,
    _vedette_v1_FollowRequest,
    _vedette_v1_Situation
  >;
  Progress: MethodDefinition<
    _vedette_v1_ProgressRequestInput,
    _vedette_v1_ProgressReplyInput,
    _vedette_v1_ProgressRequest,
    _vedette_v1_ProgressReply
  >;
  Report: MethodDefinition<
    _vedette_v1_ReportRequestInput,
    _vedette_v1_ReportReplyInput,
    _vedette_v1_ReportRequest,
    _vedette_v1_ReportReply
  >;
  Submit: MethodDefinition<
    _vedette_v1_SubmitRequestInput,
    _vedette_v1_SubmitReplyInput,
    _vedette_v1_SubmitRequest,
    _vedette_v1_SubmitReply
  >;
  Verdicts: MethodDefinition<
    _vedette_v1_VerdictsRequestInput,
    _vedette_v1_VerdictsReplyInput,
    _vedette_v1_VerdictsRequest,
    _vedette_v1_VerdictsReply
  >;
  Vote: MethodDefinition<
    _vedette_v1_VoteRequestInput,
    _vedette_v1_VoteReplyInput,
    _vedette_v1_VoteRequest,
    _vedette_v1_VoteReply
  >;
}
