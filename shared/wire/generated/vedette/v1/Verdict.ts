// Original file: proto/vedette/v1/records.proto

import type {
  Finding as _vedette_v1_Finding,
  FindingInput as _vedette_v1_FindingInput,
} from '../../vedette/v1/Finding.ts';

export interface VerdictInput {
  decision?: string;
  code?: string;
  message?: string;
  resolve?: string;
  findings?: _vedette_v1_FindingInput[];
}

export interface Verdict {
  decision: string;
  code: string;
  message: string;
  resolve: string;
  findings: _vedette_v1_Finding[];
}
