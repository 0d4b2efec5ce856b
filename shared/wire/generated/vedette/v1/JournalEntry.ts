// Original file: proto/vedette/v1/control.proto

import type { Long } from '@grpc/proto-loader';

export interface JournalEntryInput {
  'index'?: (number | string | Long);
  'at'?: (string);
  'type'?: (string);
  'data'?: (string);
  'previous'?: (string);
  'leaf'?: (string);
}

export interface JournalEntry {
  'index': (number);
  'at': (string);
  'type': (string);
  'data': (string);
  'previous': (string);
  'leaf': (string);
}
