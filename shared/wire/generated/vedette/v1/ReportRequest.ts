// Original file: proto/vedette/v1/participation.proto


export interface ReportRequestInput {
  'software'?: (string);
  'backend'?: (string);
  'modelVersion'?: (number);
  'modelWeights'?: (string);
}

export interface ReportRequest {
  'software': (string);
  'backend': (string);
  'modelVersion': (number);
  'modelWeights': (string);
}
