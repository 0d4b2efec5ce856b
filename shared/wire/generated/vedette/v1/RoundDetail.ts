// Original file: proto/vedette/v1/control.proto

import type { RoundRecordInput as _vedette_v1_RoundRecordInput, RoundRecord as _vedette_v1_RoundRecord } from '../../vedette/v1/RoundRecord.ts';
import type { RoundUpdateInput as _vedette_v1_RoundUpdateInput, RoundUpdate as _vedette_v1_RoundUpdate } from '../../vedette/v1/RoundUpdate.ts';
import type { JournalEntryInput as _vedette_v1_JournalEntryInput, JournalEntry as _vedette_v1_JournalEntry } from '../../vedette/v1/JournalEntry.ts';

export interface RoundDetailInput {
  'round'?: (_vedette_v1_RoundRecordInput | null);
  'updates'?: (_vedette_v1_RoundUpdateInput)[];
  'waiting'?: (string)[];
  'rule'?: (string);
  'entries'?: (_vedette_v1_JournalEntryInput)[];
}

export interface RoundDetail {
  'round': (_vedette_v1_RoundRecord | null);
  'updates': (_vedette_v1_RoundUpdate)[];
  'waiting': (string)[];
  'rule': (string);
  'entries': (_vedette_v1_JournalEntry)[];
}
