// Original file: proto/vedette/v1/records.proto

import type { TensorSpecInput as _vedette_v1_TensorSpecInput, TensorSpec as _vedette_v1_TensorSpec } from '../../vedette/v1/TensorSpec.ts';
import type { Long } from '@grpc/proto-loader';

export interface RoundPlanInput {
  'run'?: (string);
  'round'?: (number);
  'attempt'?: (number);
  'step'?: (string);
  'base'?: (string);
  'layout'?: (_vedette_v1_TensorSpecInput)[];
  'maxBytes'?: (number | string | Long);
  'maxSamples'?: (number | string | Long);
  'nonce'?: (string);
  'seed'?: (number);
  'roundsDone'?: (number);
  'roundsTotal'?: (number);
}

export interface RoundPlan {
  'run': (string);
  'round': (number);
  'attempt': (number);
  'step': (string);
  'base': (string);
  'layout': (_vedette_v1_TensorSpec)[];
  'maxBytes': (number);
  'maxSamples': (number);
  'nonce': (string);
  'seed': (number);
  'roundsDone': (number);
  'roundsTotal': (number);
}
