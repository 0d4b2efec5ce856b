import { describe, expect, it } from 'vitest';
import { DETECTORS } from '../../coordinator/core/checks/detectors/registry.ts';
import { page } from './pages.ts';

const text = page('docs/reference/detectors.md');

/** Cells of the row of the list that begins with this name. */
function rowOf(name: string): string[] {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`| \`${name}\` | `)) ?? '';
  return line.split('|').map((cell) => cell.trim());
}

describe('the reference of the detectors', () => {
  it.each(DETECTORS.map((detector) => [detector.name, detector] as const))(
    'lists %s with its kind and whether it decides alone, and says where it is blind',
    (name, { kind, decisive, countsOnce }) => {
      const [, , listed, alone] = rowOf(name);
      expect(listed).toBe(kind);
      expect(alone).toBe(countsOnce ? 'counts once' : decisive ? 'yes' : 'no');
      expect(text).toContain(`\n**\`${name}\`**`);
    },
  );

  it('lists no other', () => {
    const [, list = ''] = text.split('## The list\n');
    const names = [...(list.split('\n## ')[0] ?? '').matchAll(/^\| `([a-z-]+)` /gm)].map(([, name]) => name);
    expect(names.sort()).toEqual(DETECTORS.map(({ name }) => name).sort());
  });
});
