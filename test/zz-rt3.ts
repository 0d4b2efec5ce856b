import { join } from 'node:path';
import { mkdtempSync } from 'node:fs';
import { driveConsortium } from './support/driven-consortium.ts';
import { roundOf, roundsOf } from './support/small-consortium.ts';
const folder = mkdtempSync('/tmp/rt-');
const twists: Record<string,(v:Float32Array)=>Float32Array> = {
  huge: (v)=>v.map(()=>3.4e38), hugeAlt:(v)=>v.map((_,i)=>i%2?3.4e38:-3.4e38), scaled:(v)=>v.map(x=>x*1e30), zero:(v)=>v.map(()=>0), negzero:(v)=>v.map(()=>-0), tiny:(v)=>v.map(()=>1e-45), neg:(v)=>v.map(x=>-x),
};
const model = process.argv[2]==='c' ? { family: 'christoffel', features: 16 } : { family: 'autoencoder', hidden: [4], rounds: 40, localSteps: 2, batch: 16 };
for (const name of (process.argv[3]??Object.keys(twists).join(',')).split(',')) {
  const d = await driveConsortium(join(folder,name), { model });
  try {
    for (let r=1;r<=(process.argv[2]==='c'?4:4);r++) {
      const n = await Promise.race([d.round(twists[name]), new Promise((_,rej)=>setTimeout(()=>rej(new Error('stuck')),14000))]) as number;
      const s = await roundOf(d.consortium, n);
      const eve = s.updates.find((u:any)=>u.member==='eve'||u.name==='eve');
      console.log(name, n, s.round?.step, s.round?.outcome, eve?.verdict?.decision, eve?.verdict?.code, (eve?.verdict?.message??'').slice(0,90), s.round?.accepted);
    }
  } catch (e) { console.log(name,'ERROR',String(e).slice(0,200)); const rs = await roundsOf(d.consortium); console.log(JSON.stringify(rs).slice(0,600)); }
  await d.stop();
}
process.exit(0);
