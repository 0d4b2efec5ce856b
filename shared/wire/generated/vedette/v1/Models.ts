// Original file: proto/vedette/v1/models.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { GetModelRequestInput as _vedette_v1_GetModelRequestInput, GetModelRequest as _vedette_v1_GetModelRequest } from '../../vedette/v1/GetModelRequest.ts';
import type { HeadRequestInput as _vedette_v1_HeadRequestInput, HeadRequest as _vedette_v1_HeadRequest } from '../../vedette/v1/HeadRequest.ts';
import type { ListModelsReplyInput as _vedette_v1_ListModelsReplyInput, ListModelsReply as _vedette_v1_ListModelsReply } from '../../vedette/v1/ListModelsReply.ts';
import type { ListModelsRequestInput as _vedette_v1_ListModelsRequestInput, ListModelsRequest as _vedette_v1_ListModelsRequest } from '../../vedette/v1/ListModelsRequest.ts';
import type { ReleaseInput as _vedette_v1_ReleaseInput, Release as _vedette_v1_Release } from '../../vedette/v1/Release.ts';
import type { TreeHeadInput as _vedette_v1_TreeHeadInput, TreeHead as _vedette_v1_TreeHead } from '../../vedette/v1/TreeHead.ts';

export interface ModelsClient extends grpc.Client {
  Get(argument: _vedette_v1_GetModelRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_Release>): grpc.ClientUnaryCall;
  Get(argument: _vedette_v1_GetModelRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_Release>): grpc.ClientUnaryCall;
  Get(argument: _vedette_v1_GetModelRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_Release>): grpc.ClientUnaryCall;
  Get(argument: _vedette_v1_GetModelRequestInput, callback: grpc.requestCallback<_vedette_v1_Release>): grpc.ClientUnaryCall;
  get(argument: _vedette_v1_GetModelRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_Release>): grpc.ClientUnaryCall;
  get(argument: _vedette_v1_GetModelRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_Release>): grpc.ClientUnaryCall;
  get(argument: _vedette_v1_GetModelRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_Release>): grpc.ClientUnaryCall;
  get(argument: _vedette_v1_GetModelRequestInput, callback: grpc.requestCallback<_vedette_v1_Release>): grpc.ClientUnaryCall;
  
  Head(argument: _vedette_v1_HeadRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_TreeHead>): grpc.ClientUnaryCall;
  Head(argument: _vedette_v1_HeadRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_TreeHead>): grpc.ClientUnaryCall;
  Head(argument: _vedette_v1_HeadRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_TreeHead>): grpc.ClientUnaryCall;
  Head(argument: _vedette_v1_HeadRequestInput, callback: grpc.requestCallback<_vedette_v1_TreeHead>): grpc.ClientUnaryCall;
  head(argument: _vedette_v1_HeadRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_TreeHead>): grpc.ClientUnaryCall;
  head(argument: _vedette_v1_HeadRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_TreeHead>): grpc.ClientUnaryCall;
  head(argument: _vedette_v1_HeadRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_TreeHead>): grpc.ClientUnaryCall;
  head(argument: _vedette_v1_HeadRequestInput, callback: grpc.requestCallback<_vedette_v1_TreeHead>): grpc.ClientUnaryCall;
  
  List(argument: _vedette_v1_ListModelsRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_ListModelsReply>): grpc.ClientUnaryCall;
  List(argument: _vedette_v1_ListModelsRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_ListModelsReply>): grpc.ClientUnaryCall;
  List(argument: _vedette_v1_ListModelsRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_ListModelsReply>): grpc.ClientUnaryCall;
  List(argument: _vedette_v1_ListModelsRequestInput, callback: grpc.requestCallback<_vedette_v1_ListModelsReply>): grpc.ClientUnaryCall;
  list(argument: _vedette_v1_ListModelsRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_ListModelsReply>): grpc.ClientUnaryCall;
  list(argument: _vedette_v1_ListModelsRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_vedette_v1_ListModelsReply>): grpc.ClientUnaryCall;
  list(argument: _vedette_v1_ListModelsRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_vedette_v1_ListModelsReply>): grpc.ClientUnaryCall;
  list(argument: _vedette_v1_ListModelsRequestInput, callback: grpc.requestCallback<_vedette_v1_ListModelsReply>): grpc.ClientUnaryCall;
  
}

export interface ModelsHandlers extends grpc.UntypedServiceImplementation {
  Get: grpc.handleUnaryCall<_vedette_v1_GetModelRequest, _vedette_v1_ReleaseInput>;
  
  Head: grpc.handleUnaryCall<_vedette_v1_HeadRequest, _vedette_v1_TreeHeadInput>;
  
  List: grpc.handleUnaryCall<_vedette_v1_ListModelsRequest, _vedette_v1_ListModelsReplyInput>;
  
}

export interface ModelsDefinition extends grpc.ServiceDefinition {
  Get: MethodDefinition<_vedette_v1_GetModelRequestInput, _vedette_v1_ReleaseInput, _vedette_v1_GetModelRequest, _vedette_v1_Release>
  Head: MethodDefinition<_vedette_v1_HeadRequestInput, _vedette_v1_TreeHeadInput, _vedette_v1_HeadRequest, _vedette_v1_TreeHead>
  List: MethodDefinition<_vedette_v1_ListModelsRequestInput, _vedette_v1_ListModelsReplyInput, _vedette_v1_ListModelsRequest, _vedette_v1_ListModelsReply>
}
