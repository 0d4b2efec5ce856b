// Original file: proto/vedette/v1/records.proto


export interface StandingPolicyInput {
  'mode'?: (string);
  'window'?: (number);
  'quarantineAfter'?: (number);
  'releaseAfter'?: (number);
  'paused'?: (boolean);
}

export interface StandingPolicy {
  'mode': (string);
  'window': (number);
  'quarantineAfter': (number);
  'releaseAfter': (number);
  'paused': (boolean);
}
