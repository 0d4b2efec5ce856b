// Original file: proto/vedette/v1/records.proto


export interface TreeHeadInput {
  'checkpoint'?: (string);
  'consistency'?: (Buffer | Uint8Array | string)[];
}

export interface TreeHead {
  'checkpoint': (string);
  'consistency': (Buffer)[];
}
