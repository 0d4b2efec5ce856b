/** Why a simulated run ended early: the round it came to, what was left of that, and what the others were refused with. */
import type { RoundSummary, State } from '../core/state.ts';
import type { Tally } from './tally.ts';

/**
 * One line for people. In a lab everybody who is asked answers, so that what was not refused is usable.
 *
 * @param reason of the event `run_failed`
 */
export function whyNoModel({ rounds, federation }: State, { codes }: Tally, reason: string): string {
  const last = rounds.at(-1);
  if (last === undefined) return `before the first round: ${reason}`;
  const { round, attempt, step, cohort, refused } = last;
  const needed = federation?.rounds.min ?? 0;
  const usable = cohort.length - refused.length;
  const isShort = last.outcome === 'abandoned' && usable < needed;
  if (!isShort) {
    const all = [codes.attackers, codes.honest].flatMap((of) => Object.entries(of));
    return `after round ${round} (${step}): ${reason}; ${refusalsText(all, 'refused in the run')}`;
  }
  const place = `round ${round} (${step}), attempt ${attempt}`;
  const counted = refusalsText(countsOf(refused), 'refused');
  return `${place}: ${usable} usable ${usable === 1 ? 'update' : 'updates'} of ${needed} needed; ${counted}; ${reason}`;
}

function countsOf(refused: RoundSummary['refused']): [string, number][] {
  return refused.map(({ code }) => [code, 1]);
}

/** Most frequent first; counts of the same code add up. */
function refusalsText(counts: readonly (readonly [string, number])[], title: string): string {
  const sums = new Map<string, number>();
  for (const [code, count] of counts) sums.set(code, (sums.get(code) ?? 0) + count);
  if (sums.size === 0) return 'nothing was refused';
  const sorted = [...sums].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return `${title}: ${sorted.map(([code, count]) => `${count} × ${code}`).join(', ')}`;
}
