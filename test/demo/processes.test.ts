import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Processes } from '../../examples/demo/processes.ts';
import { processesIn } from '../support/run-demo.ts';
import { type StorageFolder, storageFolder } from '../support/storage-folder.ts';

const open: { processes: Processes; folder: StorageFolder }[] = [];
afterEach(async () => {
  for (const { processes, folder } of open.splice(0)) {
    await processes.stop();
    folder.remove();
  }
});

function start(interrupted = new AbortController().signal) {
  const folder = storageFolder();
  const processes = new Processes(folder.path, interrupted);
  open.push({ processes, folder });
  return { processes, folder: folder.path };
}

/** A coordinator's home in the folder, ready to be served. */
async function homeIn({ processes, folder }: ReturnType<typeof start>): Promise<string[]> {
  const home = ['--home', join(folder, 'home')];
  const federation = join(import.meta.dirname, '../../examples/nsl-kdd/federation.yaml');
  await processes.run({
    program: 'coordinator',
    args: ['init', federation, '--listen', '127.0.0.1:0', '--http', '127.0.0.1:0', ...home],
    who: 'operator',
  });
  return home;
}

describe('the processes of a demonstration', () => {
  it('give what they say on stdout, and keep what they say on stderr in a log of their own', async () => {
    const { processes, folder } = start();
    const help = await processes.run({ program: 'client', args: ['--help'], who: 'bank' });
    expect(help).toContain('vedette-client');
    const scoring = processes.run({
      program: 'client',
      args: ['score', 'x.csv', '--home', folder],
      who: 'bank',
    });
    await expect(scoring).rejects.toThrow(
      /vedette-client score x\.csv .*, of bank, ended with 1\n.*model_missing/s,
    );
    expect(readFileSync(join(folder, 'bank.log'), 'utf8')).toContain('model_missing');
  });

  it('halt everything when one that should go on ends in failure', async () => {
    const stage = start();
    const args = ['serve', ...(await homeIn(stage))];
    const first = stage.processes.start({ program: 'coordinator', args, who: 'first' });
    await first.heard((line) => (line.includes('is served at') ? true : undefined));
    stage.processes.start({ program: 'coordinator', args, who: 'second' });
    await expect(stage.processes.guard(new Promise(() => {}))).rejects.toThrow(/of second, ended with/);
    await stage.processes.stop();
    expect(processesIn(stage.folder)).toEqual([]);
  });

  it('stop waiting when the person has had enough', async () => {
    const interrupted = new AbortController();
    const { processes } = start(interrupted.signal);
    const waiting = processes.guard(new Promise(() => {}));
    interrupted.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(processes.run({ program: 'client', args: ['--help'], who: 'bank' })).rejects.toThrow(
      'enough',
    );
  });
});
