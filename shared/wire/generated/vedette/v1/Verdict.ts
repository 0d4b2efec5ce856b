// Original file: proto/vedette/v1/records.proto

import type { FindingInput as _vedette_v1_FindingInput, Finding as _vedette_v1_Finding } from '../../vedette/v1/Finding.ts';

export interface VerdictInput {
  'decision'?: (string);
  'code'?: (string);
  'message'?: (string);
  'resolve'?: (string);
  'findings'?: (_vedette_v1_FindingInput)[];
}

export interface Verdict {
  'decision': (string);
  'code': (string);
  'message': (string);
  'resolve': (string);
  'findings': (_vedette_v1_Finding)[];
}
