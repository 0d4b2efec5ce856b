import { describe, expect, it } from 'vitest';
import { inkFor } from '../../examples/demo/ink.ts';
import { Narrator } from '../../examples/demo/narrator.ts';

function narrated(isTTY: boolean) {
  let written = '';
  let nowMs = 0;
  const screen = {
    isTTY,
    columns: 40,
    write: (text: string) => {
      written += text;
      return true;
    },
  };
  const narrator = new Narrator(screen as never, inkFor({ isTTY: false }), () => nowMs);
  return { narrator, written: () => written, pass: (ms: number) => (nowMs += ms) };
}

describe('the narrator', () => {
  it('says in a log what was done, and how far work is only now and then', async () => {
    const { narrator, written, pass } = narrated(false);
    await narrator.stage(
      'members',
      async () => {
        for (let done = 1; done <= 30; done += 1) {
          pass(1_000);
          narrator.progress(`${done} of 30`);
        }
      },
      () => 'all here',
    );
    expect(
      written()
        .split('\n')
        .filter((line) => line.includes('of 30')),
    ).toHaveLength(3);
    expect(written()).toMatch(/^members {6}all here {2} {1}30\.0 s$/m);
  });

  it('keeps to one line on a terminal, never wider than it', async () => {
    const { narrator, written, pass } = narrated(true);
    await narrator.stage(
      'run',
      async () => {
        pass(1_000);
        narrator.progress('x'.repeat(200));
      },
      () => 'done',
    );
    const drawn = written().split('\r\u001b[2K');
    expect(Math.max(...drawn.map((line) => line.length))).toBeLessThan(40);
    expect(written().match(/\n/g)).toHaveLength(1);
  });
});

describe('ink', () => {
  it('is used on a terminal only, and not where colour is unwanted', () => {
    expect(inkFor({ isTTY: true }, {}).strong('a')).toBe('\u001b[1ma\u001b[22m');
    expect(inkFor({ isTTY: true }, { NO_COLOR: '1' }).strong('a')).toBe('a');
    expect(inkFor({ isTTY: false }, {}).strong('a')).toBe('a');
  });
});
