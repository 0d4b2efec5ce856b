import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { RoundWindows } from '../../../shared/federation/schema.ts';
import type { Standing } from '../events.ts';
import type { State } from '../state.ts';

/** Members who can take part now, by id. */
export function activeMembers(state: State): string[] {
  return membersThatAre(state, 'active');
}

/** Members whose updates are taken and judged without counting, by id. */
export function quarantinedMembers(state: State): string[] {
  return membersThatAre(state, 'quarantined');
}

function membersThatAre(state: State, standing: Standing): string[] {
  return [...state.members.values()]
    .filter((member) => member.role === 'member' && member.standing === standing)
    .map((member) => member.id)
    .sort();
}

/**
 * Freezes who is asked: target × overselect of the active members, drawn by a hash that everyone can recompute.
 * Those whose seat brought nothing in the attempt before come last, so that a retry meets fresh faces.
 */
export function selectCohort(
  active: readonly string[],
  windows: RoundWindows,
  draw: string,
  setBack: ReadonlySet<string>,
): string[] {
  const size = windows.target === undefined ? active.length : Math.ceil(windows.target * windows.overselect);
  const ticket = (member: string) => bytesToHex(sha256(utf8ToBytes(`${draw}/${member}`)));
  return [...active]
    .map((member) => ({ member, key: `${setBack.has(member) ? 1 : 0}${ticket(member)}` }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .slice(0, size)
    .map(({ member }) => member)
    .sort();
}

/** Members of the last attempt of this round whose seat brought no update. */
export function broughtNothing(state: State, round: number): Set<string> {
  const last = state.rounds.findLast((summary) => summary.round === round);
  if (!last) return new Set();
  return new Set(
    last.cohort.filter((member) => {
      const judged = state.lastJudged.get(member);
      return !(
        judged?.round === round &&
        judged.attempt === last.attempt &&
        (judged.verdict.decision === 'accept' || judged.verdict.decision === 'clip')
      );
    }),
  );
}

/** A 31-bit seed that depends on its label only: a resumed round trains exactly as the first time. */
export function seedFrom(label: string): number {
  const [a = 0, b = 0, c = 0, d = 0] = sha256(utf8ToBytes(label));
  return (((a << 24) | (b << 16) | (c << 8) | d) >>> 1) >>> 0;
}
