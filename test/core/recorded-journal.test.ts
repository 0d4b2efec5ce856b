import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MemoryJournal } from '../../coordinator/adapters/journal/memory.ts';
import { evolveAll } from '../../coordinator/core/evolve.ts';
import { EMPTY } from '../../coordinator/core/state.ts';
import { recordedEntries } from '../../coordinator/flow/desk.ts';
import type { Entry } from '../../coordinator/ports/journal.ts';
import { summaryOf } from '../support/journal-summary.ts';

const FIXTURES = join(import.meta.dirname, '..', 'fixtures');

function recorded(version: string): Entry[] {
  const lines = readFileSync(join(FIXTURES, `${version}.ndjson`), 'utf8')
    .trimEnd()
    .split('\n');
  return lines.map((line) => JSON.parse(line) as Entry);
}

describe.each(['journal-v1'])('the recorded journal %s', (version) => {
  it('is still a whole chain', () => {
    const entries = recorded(version);
    expect(MemoryJournal.holding(entries).verify()).toEqual({ size: entries.length });
  });

  it('still folds to what it meant when it was written', () => {
    const summary: unknown = JSON.parse(readFileSync(join(FIXTURES, `${version}.summary.json`), 'utf8'));
    expect(summaryOf(evolveAll(EMPTY, recordedEntries(recorded(version))))).toEqual(summary);
  });
});
