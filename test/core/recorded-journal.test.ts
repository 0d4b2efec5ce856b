import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MemoryJournal } from '../../coordinator/adapters/journal/memory.ts';
import { evolveAll } from '../../coordinator/core/evolve.ts';
import { EMPTY } from '../../coordinator/core/state.ts';
import { recordedEntries } from '../../coordinator/flow/desk.ts';
import type { Entry } from '../../coordinator/ports/journal.ts';
import { federationDigest } from '../../shared/federation/load.ts';
import { standingsOf, summaryOf } from '../support/journal-summary.ts';

const FIXTURES = join(import.meta.dirname, '..', 'fixtures');

function recorded(version: string): Entry[] {
  const lines = readFileSync(join(FIXTURES, `${version}.ndjson`), 'utf8')
    .trimEnd()
    .split('\n');
  return lines.map((line) => JSON.parse(line) as Entry);
}

describe.each(['journal-v1', 'journal-v2'])('the recorded journal %s', (version) => {
  it('is still a whole chain', () => {
    const entries = recorded(version);
    expect(MemoryJournal.holding(entries).verify()).toEqual({ size: entries.length });
  });

  it('still folds to what it meant when it was written', () => {
    const text = readFileSync(join(FIXTURES, `${version}.summary.json`), 'utf8');
    const summary = JSON.parse(text) as Record<string, unknown>;
    const state = evolveAll(EMPTY, recordedEntries(recorded(version)));
    const folded: Record<string, unknown> = { ...summaryOf(state), standings: standingsOf(state) };
    // An earlier version summed up less.
    expect(Object.fromEntries(Object.keys(summary).map((part) => [part, folded[part]]))).toEqual(summary);
  });

  it('gives its federation the options that came later, and keeps its digest', () => {
    const [founded] = recorded(version);
    const state = evolveAll(EMPTY, recordedEntries(recorded(version)));
    expect(state.federation?.standing).toMatchObject({ mode: 'enforce', window: 10 });
    expect(state.federationDigest).toBe((founded?.data as { digest: string } | undefined)?.digest);
    expect(state.definition && federationDigest(state.definition)).toBe(state.federationDigest);
  });
});
