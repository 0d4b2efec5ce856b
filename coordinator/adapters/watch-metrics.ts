/** Keeps the metrics in step with the journal. */
import type { Verdict } from '../../shared/verdict.ts';
import { AUTOMATIC, type Recorded, type Standing } from '../core/events.ts';
import type { Context } from '../flow/context.ts';
import { recordedEntries } from '../flow/desk.ts';
import type { Followers } from '../flow/followers.ts';
import type { Metrics } from './metrics.ts';

const STANDINGS: readonly Standing[] = ['pending', 'active', 'suspended', 'quarantined', 'revoked'];

export function watchMetrics({ desk }: Pick<Context, 'desk'>, metrics: Metrics, followers: Followers): void {
  const refresh = () => {
    const { state } = desk;
    metrics.journalEntries.set(state.size);
    metrics.modelVersion.set(state.current);
    metrics.followers.set(followers.count);
    for (const standing of STANDINGS) {
      const held = [...state.members.values()].filter((member) => member.standing === standing);
      metrics.membersAre(standing, held.length);
    }
  };
  metrics.beforeScrape(refresh);
  desk.onAppend((entries) => {
    for (const entry of recordedEntries(entries)) count(entry, metrics);
  });
}

function count(entry: Recorded, metrics: Metrics): void {
  if (entry.type === 'update_received') metrics.updateJudged('accept', undefined);
  if (entry.type === 'update_judged') countVerdict(entry.data.verdict, metrics);
  if (entry.type === 'standing_changed')
    metrics.standingChanged(entry.data.to, entry.data.by === AUTOMATIC ? AUTOMATIC : 'operator');
  if (entry.type === 'standing_recommended') metrics.standingRecommended(entry.data.to, entry.data.because);
  if (entry.type === 'round_aggregated') metrics.roundEnded('aggregated');
  if (entry.type === 'round_abandoned') metrics.roundEnded('abandoned');
}

function countVerdict({ decision, code, findings }: Verdict, metrics: Metrics): void {
  metrics.updateJudged(decision, code);
  for (const { check, passed } of findings) if (!passed) metrics.findingFailed(check, decision);
}
