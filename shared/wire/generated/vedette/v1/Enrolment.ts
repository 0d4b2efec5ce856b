// Original file: proto/vedette/v1/enrolment.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { JoinReplyInput as _vedette_v1_JoinReplyInput, JoinReply as _vedette_v1_JoinReply } from '../../vedette/v1/JoinReply.ts';
import type { JoinRequestInput as _vedette_v1_JoinRequestInput, JoinRequest as _vedette_v1_JoinRequest } from '../../vedette/v1/JoinRequest.ts';
import type { RenewReplyInput as _vedette_v1_RenewReplyInput, RenewReply as _vedette_v1_RenewReply } from '../../vedette/v1/RenewReply.ts';
import type { RenewRequestInput as _vedette_v1_RenewRequestInput, RenewRequest as _vedette_v1_RenewRequest } from '../../vedette/v1/RenewRequest.ts';

export interface EnrolmentClient extends grpc.Client {
  Join(argument: _vedette_v1_JoinRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_JoinReply>): grpc.ClientUnaryCall;
  Join(argument: _vedette_v1_JoinRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_JoinReply>): grpc.ClientUnaryCall;
  Join(argument: _vedette_v1_JoinRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_JoinReply>): grpc.ClientUnaryCall;
  Join(argument: _vedette_v1_JoinRequestInput, callback: grpc.requestCallback<_vedette_v1_JoinReply>): grpc.ClientUnaryCall;
  join(argument: _vedette_v1_JoinRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_JoinReply>): grpc.ClientUnaryCall;
  join(argument: _vedette_v1_JoinRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_JoinReply>): grpc.ClientUnaryCall;
  join(argument: _vedette_v1_JoinRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_JoinReply>): grpc.ClientUnaryCall;
  join(argument: _vedette_v1_JoinRequestInput, callback: grpc.requestCallback<_vedette_v1_JoinReply>): grpc.ClientUnaryCall;
  
  Renew(argument: _vedette_v1_RenewRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_RenewReply>): grpc.ClientUnaryCall;
  Renew(argument: _vedette_v1_RenewRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_RenewReply>): grpc.ClientUnaryCall;
  Renew(argument: _vedette_v1_RenewRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_RenewReply>): grpc.ClientUnaryCall;
  Renew(argument: _vedette_v1_RenewRequestInput, callback: grpc.requestCallback<_vedette_v1_RenewReply>): grpc.ClientUnaryCall;
  renew(argument: _vedette_v1_RenewRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_RenewReply>): grpc.ClientUnaryCall;
  renew(argument: _vedette_v1_RenewRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_RenewReply>): grpc.ClientUnaryCall;
  renew(argument: _vedette_v1_RenewRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_RenewReply>): grpc.ClientUnaryCall;
  renew(argument: _vedette_v1_RenewRequestInput, callback: grpc.requestCallback<_vedette_v1_RenewReply>): grpc.ClientUnaryCall;
  
}

export interface EnrolmentHandlers extends grpc.UntypedServiceImplementation {
  Join: grpc.handleUnaryCall<_vedette_v1_JoinRequest, _vedette_v1_JoinReplyInput>;
  
  Renew: grpc.handleUnaryCall<_vedette_v1_RenewRequest, _vedette_v1_RenewReplyInput>;
  
}

export interface EnrolmentDefinition extends grpc.ServiceDefinition {
  Join: MethodDefinition<_vedette_v1_JoinRequestInput, _vedette_v1_JoinReplyInput, _vedette_v1_JoinRequest, _vedette_v1_JoinReply>
  Renew: MethodDefinition<_vedette_v1_RenewRequestInput, _vedette_v1_RenewReplyInput, _vedette_v1_RenewRequest, _vedette_v1_RenewReply>
}
