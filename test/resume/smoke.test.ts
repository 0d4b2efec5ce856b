import { it } from 'vitest';
import { storageFolder } from '../support/storage-folder.ts';
import { definition, enrolMembers, foundConsortium, modelsOf, openRun, roundsOf } from '../support/small-consortium.ts';
import { startCoordinator } from '../support/coordinator-process.ts';
import { startNodes } from '../support/member-nodes.ts';
import { setTimeout as sleep } from 'node:timers/promises';

it('smoke', async () => {
  const t0 = performance.now();
  const lap = (s: string) => console.log(s, Math.round(performance.now() - t0));
  const folder = storageFolder();
  let c = await foundConsortium(folder.path, definition());
  lap('founded');
  const p = await startCoordinator(c);
  p.exited.then((e) => console.log(e));
  lap('started');
  c = await enrolMembers(c, ['ada', 'bob', 'cyd']);
  lap('enrolled');
  const nodes = await startNodes(c);
  lap('nodes');
  await openRun(c);
  lap('opened');
  for (let i = 0; i < 20; i++) {
    const m = await modelsOf(c);
    if (m.current) { lap('promoted'); console.log(m.models[0]?.model); break; }
    await sleep(500);
    const r = await roundsOf(c);
    console.log(r.rounds.map((x) => `${x.round}.${x.attempt} ${x.step} ${x.outcome} ${x.accepted} ${JSON.stringify(x.refused)}`), r.run, r.phase);
  }
  for (const n of nodes) await n.stop();
  await p.stop();
  lap('stopped');
  folder.remove();
});
