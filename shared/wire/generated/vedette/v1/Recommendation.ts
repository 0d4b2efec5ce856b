// Original file: proto/vedette/v1/records.proto


export interface RecommendationInput {
  'to'?: (string);
  'reason'?: (string);
  'because'?: (string);
}

export interface Recommendation {
  'to': (string);
  'reason': (string);
  'because': (string);
}
