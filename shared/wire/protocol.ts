/** The protocol, loaded once: service and message definitions with the types generated from the same files. */
import { fileURLToPath } from 'node:url';
import { loadSync, type MessageTypeDefinition, type PackageDefinition } from '@grpc/proto-loader';
import type { ControlDefinition } from './generated/vedette/v1/Control.ts';
import type { EnrolmentDefinition } from './generated/vedette/v1/Enrolment.ts';
import type { ModelsDefinition } from './generated/vedette/v1/Models.ts';
import type { ParticipationDefinition } from './generated/vedette/v1/Participation.ts';
import type { RpcErrorInfo, RpcErrorInfoInput } from './generated/vedette/v1/RpcErrorInfo.ts';
import type { RpcStatus, RpcStatusInput } from './generated/vedette/v1/RpcStatus.ts';
import type { TransferDefinition } from './generated/vedette/v1/Transfer.ts';

const PROTO_DIR = fileURLToPath(new URL('../../proto', import.meta.url));
const FILES = ['enrolment', 'participation', 'transfer', 'models', 'control', 'status'];

/** Must agree with the flags of `npm run generate:proto`: absent messages are null, 64-bit integers are numbers. */
export const PACKAGE: PackageDefinition = loadSync(
  FILES.map((name) => `vedette/v1/${name}.proto`),
  { includeDirs: [PROTO_DIR], longs: Number, enums: String, defaults: true, arrays: true, oneofs: true },
);

export const ENROLMENT = PACKAGE['vedette.v1.Enrolment'] as unknown as EnrolmentDefinition;
export const PARTICIPATION = PACKAGE['vedette.v1.Participation'] as unknown as ParticipationDefinition;
export const TRANSFER = PACKAGE['vedette.v1.Transfer'] as unknown as TransferDefinition;
export const MODELS = PACKAGE['vedette.v1.Models'] as unknown as ModelsDefinition;
export const CONTROL = PACKAGE['vedette.v1.Control'] as unknown as ControlDefinition;

/** By full name, as health and reflection list them. */
export const SERVICES = {
  'vedette.v1.Enrolment': ENROLMENT,
  'vedette.v1.Participation': PARTICIPATION,
  'vedette.v1.Transfer': TRANSFER,
  'vedette.v1.Models': MODELS,
  'vedette.v1.Control': CONTROL,
} as const;

export const STATUS_MESSAGE = PACKAGE['vedette.v1.RpcStatus'] as MessageTypeDefinition<
  RpcStatusInput,
  RpcStatus
>;
export const ERROR_INFO_MESSAGE = PACKAGE['vedette.v1.RpcErrorInfo'] as MessageTypeDefinition<
  RpcErrorInfoInput,
  RpcErrorInfo
>;
