// Original file: proto/vedette/v1/control.proto


export interface RoundsRequestInput {
  'fromRound'?: (number);
  'limit'?: (number);
}

export interface RoundsRequest {
  'fromRound': (number);
  'limit': (number);
}
