// Original file: proto/vedette/v1/records.proto


export interface ModelRefInput {
  'version'?: (number);
  'weights'?: (string);
  'manifest'?: (string);
  'threshold'?: (number | string);
}

export interface ModelRef {
  'version': (number);
  'weights': (string);
  'manifest': (string);
  'threshold': (number);
}
