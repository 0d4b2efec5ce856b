/** A consortium whose members are moved round by round by hand: six honest ones, and eve, who sends what a test says. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Running, serve } from '../../coordinator/compose.ts';
import { decode, encode } from '../../shared/tensors/safetensors.ts';
import { HandDrivenMember } from './hand-driven-member.ts';
import {
  type Consortium,
  definition,
  enrolMembers,
  foundConsortium,
  openRun,
  roundOf,
} from './small-consortium.ts';
import { waitFor } from './wait-for.ts';

export const HONEST = ['ada', 'bob', 'cyd', 'dan', 'fay', 'gus'];

/** What eve makes of the values of an honest update. */
export type Twist = (values: Float32Array) => Float32Array;

export const AS_IT_IS: Twist = (values) => values;
export const FLIPPED_TEN_TIMES: Twist = (values) => values.map((value) => -10 * value);

export interface DrivenConsortium {
  readonly consortium: Consortium;
  /** Plays the round after the last one, eve first; returns its number once it has ended. */
  round(twist?: Twist): Promise<number>;
  stop(): Promise<void>;
}

export async function driveConsortium(
  folder: string,
  changes: Record<string, unknown> = {},
): Promise<DrivenConsortium> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'known.csv'), canaries());
  const federation = definition({
    model: { family: 'autoencoder', hidden: [4], rounds: 40, localSteps: 2, batch: 16 },
    canary: { file: 'known.csv' },
    ...changes,
  });
  const founded = await foundConsortium(folder, federation);
  const coordinator: Running = await serve(founded.home, { log: 'silent' });
  const consortium = await enrolMembers(founded, [...HONEST, 'eve']);
  const eve = await HandDrivenMember.of(consortium, 'eve');
  const honest: HandDrivenMember[] = [];
  for (const name of HONEST) honest.push(await HandDrivenMember.of(consortium, name));
  await openRun(consortium);
  let last = 0;
  return {
    consortium,
    async round(twist = AS_IT_IS) {
      const plan = await eve.plan(last);
      last = plan.round;
      const update = await eve.honestUpdate(plan);
      await eve.send({ ...update, bytes: twisted(update.bytes, twist) });
      for (const member of honest) await member.takePart(await member.plan(last - 1));
      await waitFor(async () => {
        const seen = await roundOf(consortium, last);
        return seen.round?.outcome === 'open' ? undefined : seen;
      });
      return last;
    },
    async stop() {
      for (const member of [eve, ...honest]) await member.close();
      await coordinator.stop();
    },
  };
}

function twisted(bytes: Uint8Array, twist: Twist): Uint8Array {
  const { layout, tensors } = decode(bytes);
  return encode({ layout, tensors: new Map([...tensors].map(([name, values]) => [name, twist(values)])) });
}

/** Normal rows like those of the members, and two kinds of anomalies. */
function canaries(): string {
  const rows = Array.from({ length: 120 }, (_, row) => {
    const label = ['normal', 'normal', 'scan', 'flood'][row % 4] ?? 'normal';
    const bytes = label === 'flood' ? 90_000 + row : row * 5;
    const rate = label === 'scan' ? 1 : ((row * 37) % 101) / 101;
    return `${bytes},${rate},${row % 3 === 0 ? 'mail' : 'web'},${row % 2},${label},known`;
  });
  return `bytes,rate,service,night,label,category\n${rows.join('\n')}\n`;
}
