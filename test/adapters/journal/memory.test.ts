import { MemoryJournal } from '../../../coordinator/adapters/journal/memory.ts';
import { journalContract } from '../../contracts/journal.ts';

journalContract('a memory journal', false, async () => ({
  open: async () => new MemoryJournal(),
  dispose: async () => {},
}));
