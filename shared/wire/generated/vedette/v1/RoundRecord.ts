// Original file: proto/vedette/v1/control.proto

import type { RefusedUpdateInput as _vedette_v1_RefusedUpdateInput, RefusedUpdate as _vedette_v1_RefusedUpdate } from '../../vedette/v1/RefusedUpdate.ts';

export interface RoundRecordInput {
  'round'?: (number);
  'run'?: (string);
  'step'?: (string);
  'attempt'?: (number);
  'outcome'?: (string);
  'cohort'?: (number);
  'accepted'?: (number);
  'refused'?: (_vedette_v1_RefusedUpdateInput)[];
  'seconds'?: (number | string);
  'base'?: (string);
  'result'?: (string);
  'openedAt'?: (string);
}

export interface RoundRecord {
  'round': (number);
  'run': (string);
  'step': (string);
  'attempt': (number);
  'outcome': (string);
  'cohort': (number);
  'accepted': (number);
  'refused': (_vedette_v1_RefusedUpdate)[];
  'seconds': (number);
  'base': (string);
  'result': (string);
  'openedAt': (string);
}
