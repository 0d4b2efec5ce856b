// Original file: proto/vedette/v1/records.proto


export interface StandingChangeInput {
  'from'?: (string);
  'to'?: (string);
  'reason'?: (string);
  'by'?: (string);
  'at'?: (string);
  'round'?: (number);
}

export interface StandingChange {
  'from': (string);
  'to': (string);
  'reason': (string);
  'by': (string);
  'at': (string);
  'round': (number);
}
