// Original file: proto/vedette/v1/transfer.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { GetChunkInput as _vedette_v1_GetChunkInput, GetChunk as _vedette_v1_GetChunk } from '../../vedette/v1/GetChunk.ts';
import type { GetRequestInput as _vedette_v1_GetRequestInput, GetRequest as _vedette_v1_GetRequest } from '../../vedette/v1/GetRequest.ts';
import type { PutChunkInput as _vedette_v1_PutChunkInput, PutChunk as _vedette_v1_PutChunk } from '../../vedette/v1/PutChunk.ts';
import type { StatReplyInput as _vedette_v1_StatReplyInput, StatReply as _vedette_v1_StatReply } from '../../vedette/v1/StatReply.ts';
import type { StatRequestInput as _vedette_v1_StatRequestInput, StatRequest as _vedette_v1_StatRequest } from '../../vedette/v1/StatRequest.ts';

export interface TransferClient extends grpc.Client {
  Get(argument: _vedette_v1_GetRequestInput, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_vedette_v1_GetChunk>;
  Get(argument: _vedette_v1_GetRequestInput, options?: grpc.CallOptions): grpc.ClientReadableStream<_vedette_v1_GetChunk>;
  get(argument: _vedette_v1_GetRequestInput, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_vedette_v1_GetChunk>;
  get(argument: _vedette_v1_GetRequestInput, options?: grpc.CallOptions): grpc.ClientReadableStream<_vedette_v1_GetChunk>;
  
  Put(metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_StatReply>): grpc.ClientWritableStream<_vedette_v1_PutChunkInput>;
  Put(metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_StatReply>): grpc.ClientWritableStream<_vedette_v1_PutChunkInput>;
  Put(options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_StatReply>): grpc.ClientWritableStream<_vedette_v1_PutChunkInput>;
  Put(callback: grpc.requestCallback<_vedette_v1_StatReply>): grpc.ClientWritableStream<_vedette_v1_PutChunkInput>;
  put(metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_StatReply>): grpc.ClientWritableStream<_vedette_v1_PutChunkInput>;
  put(metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_StatReply>): grpc.ClientWritableStream<_vedette_v1_PutChunkInput>;
  put(options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_StatReply>): grpc.ClientWritableStream<_vedette_v1_PutChunkInput>;
  put(callback: grpc.requestCallback<_vedette_v1_StatReply>): grpc.ClientWritableStream<_vedette_v1_PutChunkInput>;
  
  Stat(argument: _vedette_v1_StatRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_StatReply>): grpc.ClientUnaryCall;
  Stat(argument: _vedette_v1_StatRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_StatReply>): grpc.ClientUnaryCall;
  Stat(argument: _vedette_v1_StatRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_StatReply>): grpc.ClientUnaryCall;
  Stat(argument: _vedette_v1_StatRequestInput, callback: grpc.requestCallback<_vedette_v1_StatReply>): grpc.ClientUnaryCall;
  stat(argument: _vedette_v1_StatRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_StatReply>): grpc.ClientUnaryCall;
  stat(argument: _vedette_v1_StatRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_StatReply>): grpc.ClientUnaryCall;
  stat(argument: _vedette_v1_StatRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_StatReply>): grpc.ClientUnaryCall;
  stat(argument: _vedette_v1_StatRequestInput, callback: grpc.requestCallback<_vedette_v1_StatReply>): grpc.ClientUnaryCall;
  
}

export interface TransferHandlers extends grpc.UntypedServiceImplementation {
  Get: grpc.handleServerStreamingCall<_vedette_v1_GetRequest, _vedette_v1_GetChunkInput>;
  
  Put: grpc.handleClientStreamingCall<_vedette_v1_PutChunk, _vedette_v1_StatReplyInput>;
  
  Stat: grpc.handleUnaryCall<_vedette_v1_StatRequest, _vedette_v1_StatReplyInput>;
  
}

export interface TransferDefinition extends grpc.ServiceDefinition {
  Get: MethodDefinition<_vedette_v1_GetRequestInput, _vedette_v1_GetChunkInput, _vedette_v1_GetRequest, _vedette_v1_GetChunk>
  Put: MethodDefinition<_vedette_v1_PutChunkInput, _vedette_v1_StatReplyInput, _vedette_v1_PutChunk, _vedette_v1_StatReply>
  Stat: MethodDefinition<_vedette_v1_StatRequestInput, _vedette_v1_StatReplyInput, _vedette_v1_StatRequest, _vedette_v1_StatReply>
}
