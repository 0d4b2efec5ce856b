import { mkdtempSync, rmSync } from 'node:fs';
import D from 'better-sqlite3';
import { SqliteJournal } from './coordinator/adapters/journal/sqlite.ts';
const data = { round: 1, attempt: 0, member: 'm-1', update: 'a'.repeat(64), bytes: 1, header: 'e'.repeat(700), samples: 3, norm: 1.25 };
for (const root of ['/tmp/vp-', '/var/tmp/vp-', '/tmp/vp-']) {
  const dir = mkdtempSync(root);
  const j = SqliteJournal.open(dir + '/j');
  let t = performance.now();
  for (let i = 0; i < 1000; i++) await j.append(j.size(), [{ type: 'update_received', at: new Date().toISOString(), data }]);
  console.log(root, 'journal', ((performance.now() - t) / 1000).toFixed(3), 'ms');
  const d=new D(dir+'/p.db');d.pragma('locking_mode=EXCLUSIVE');d.pragma('journal_mode=WAL');d.pragma('synchronous=FULL');
d.exec('create table e(i integer primary key, t text) strict');const s=d.prepare('insert into e values(?,?)');t=performance.now();for(let i=0;i<1000;i++)s.run(i,'x'.repeat(800));console.log('raw',(performance.now()-t)/1000,'ms per commit');
  rmSync(dir, { recursive: true });
}
