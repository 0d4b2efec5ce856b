import { MemoryJournal } from '../../../coordinator/adapters/journal/memory.ts';
import { journalContract } from '../../contracts/journal.ts';

journalContract('a memory journal', async () => ({
  open: async () => new MemoryJournal(),
  dispose: async () => {},
}));
