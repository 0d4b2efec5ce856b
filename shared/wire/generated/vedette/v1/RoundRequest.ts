// Original file: proto/vedette/v1/control.proto


export interface RoundRequestInput {
  'round'?: (number);
}

export interface RoundRequest {
  'round': (number);
}
