// Original file: proto/vedette/v1/control.proto

import type {
  JournalEntry as _vedette_v1_JournalEntry,
  JournalEntryInput as _vedette_v1_JournalEntryInput,
} from '../../vedette/v1/JournalEntry.ts';
import type {
  RoundRecord as _vedette_v1_RoundRecord,
  RoundRecordInput as _vedette_v1_RoundRecordInput,
} from '../../vedette/v1/RoundRecord.ts';
import type {
  RoundUpdate as _vedette_v1_RoundUpdate,
  RoundUpdateInput as _vedette_v1_RoundUpdateInput,
} from '../../vedette/v1/RoundUpdate.ts';

export interface RoundDetailInput {
  round?: _vedette_v1_RoundRecordInput | null;
  updates?: _vedette_v1_RoundUpdateInput[];
  waiting?: string[];
  rule?: string;
  entries?: _vedette_v1_JournalEntryInput[];
}

export interface RoundDetail {
  round: _vedette_v1_RoundRecord | null;
  updates: _vedette_v1_RoundUpdate[];
  waiting: string[];
  rule: string;
  entries: _vedette_v1_JournalEntry[];
}
