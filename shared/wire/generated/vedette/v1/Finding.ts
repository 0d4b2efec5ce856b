// Original file: proto/vedette/v1/records.proto


export interface FindingInput {
  'check'?: (string);
  'value'?: (number | string);
  'low'?: (number | string);
  'high'?: (number | string);
  'passed'?: (boolean);
  'code'?: (string);
  'message'?: (string);
}

export interface Finding {
  'check': (string);
  'value': (number);
  'low': (number);
  'high': (number);
  'passed': (boolean);
  'code': (string);
  'message': (string);
}
