/** Who plays what in one cell, drawn by its seed: attackers, canaries, and the rows attackers poison with. */
import type { RowBatch } from '../../shared/learning/family.ts';
import { Random } from '../../shared/learning/random.ts';
import type { CanarySet } from '../adapters/compute/canaries.ts';
import type { Loot } from './attacks/attack.ts';
import { drawPositions, joinRows, takeRows } from './attacks/rows.ts';
import { type LabData, type LabMember, NORMAL } from './lab-data.ts';

/** Canaries of one kind of anomaly, at most; never more than half of the rows there are. */
export const CANARIES_PER_LABEL = 50;
/** Held-back normals of each member that become canaries; never more than half of what it holds back. */
export const CANARY_NORMALS = 30;

export interface Cast {
  readonly members: readonly LabMember[];
  readonly attackers: ReadonlySet<string>;
  readonly canaries: CanarySet;
  readonly loot: Loot;
}

export function castOf(data: LabData, seed: number, attackers: number, family: string): Cast {
  const random = new Random('lab cast', seed);
  const names = data.members.map(({ name }) => name);
  const drawn = drawPositions(names.length, attackers, random).map((at) => names[at] ?? '');
  const { chosen, rest } = drawCanaries(data, random);
  const normals = data.members.map((member) => splitHeldBack(member, random));
  const { rows, labels, contributors } = data.incidents;
  const pick = (positions: readonly number[]) => takeRows(rows, positions);
  const of = (positions: readonly number[]) => pick(positions.filter((at) => labels[at] === family));
  return {
    members: normals.map(({ member }) => member),
    attackers: new Set(drawn),
    canaries: {
      batches: [joinRows([...normals.map(({ canaries }) => canaries), pick(chosen)])],
      labels: [
        ...normals.flatMap(({ canaries }) => new Array<string>(canaries.rows).fill(NORMAL)),
        ...chosen.map((at) => labels[at] ?? ''),
      ],
      contributors: [
        ...normals.flatMap(({ member, canaries }) => new Array<string>(canaries.rows).fill(member.name)),
        ...chosen.map((at) => contributors[at] ?? ''),
      ],
    },
    loot: { family: of(rest), incidents: pick(rest), canaries: of(chosen) },
  };
}

/** Positions of incidents that become canaries, and of all others. */
function drawCanaries({ incidents }: LabData, random: Random): { chosen: number[]; rest: number[] } {
  const { labels, contributors } = incidents;
  const chosen = new Set(
    [...new Set(labels)].sort().flatMap((label) => {
      const own = labels.flatMap((one, at) => (one === label ? [at] : []));
      const shuffled = drawPositions(own.length, own.length, random).map((at) => own[at] ?? 0);
      const most = Math.min(CANARIES_PER_LABEL, Math.floor(own.length / 2));
      return inTurns(shuffled, (at) => contributors[at] ?? '').slice(0, most);
    }),
  );
  const all = labels.map((_, at) => at);
  return { chosen: all.filter((at) => chosen.has(at)), rest: all.filter((at) => !chosen.has(at)) };
}

/** One of each contributor, then the next of each: nobody's canaries are most of a kind if others have some. */
function inTurns(positions: readonly number[], contributorOf: (at: number) => string): number[] {
  const turns = new Map<string, number>();
  const keyed = positions.map((at) => {
    const turn = turns.get(contributorOf(at)) ?? 0;
    turns.set(contributorOf(at), turn + 1);
    return { at, turn };
  });
  return keyed.sort((a, b) => a.turn - b.turn).map(({ at }) => at);
}

/** A few of the held-back rows become canaries; the others remain for the member's own threshold. */
function splitHeldBack(member: LabMember, random: Random): { member: LabMember; canaries: RowBatch } {
  const { rows } = member.heldBack;
  const order = drawPositions(rows, rows, random);
  const most = Math.min(CANARY_NORMALS, Math.floor(rows / 2));
  return {
    member: { ...member, heldBack: takeRows(member.heldBack, order.slice(most)) },
    canaries: takeRows(member.heldBack, order.slice(0, most)),
  };
}
