// Original file: proto/vedette/v1/records.proto


export interface TensorSpecInput {
  'name'?: (string);
  'shape'?: (number)[];
}

export interface TensorSpec {
  'name': (string);
  'shape': (number)[];
}
