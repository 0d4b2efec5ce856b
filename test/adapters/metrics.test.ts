import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../coordinator/adapters/metrics.ts';

async function linesOf(metrics: ReturnType<typeof createMetrics>): Promise<string[]> {
  return (await metrics.registry.metrics()).split('\n');
}

describe('the metrics of a coordinator', () => {
  it('show what was observed, under stable names and labels', async () => {
    const metrics = createMetrics();
    metrics.updateJudged('accept', undefined);
    metrics.updateJudged('reject', 'norm_outlier');
    metrics.updateJudged('reject', 'norm_outlier');
    metrics.findingFailed('norm', 'reject');
    metrics.standingChanged('quarantined', 'automatic');
    metrics.standingRecommended('quarantined', 'budget');
    metrics.roundEnded('aggregated');
    metrics.phaseTook('collect', 3);
    metrics.moved('in', 1024);
    metrics.moved('in', 1);
    metrics.moved('out', 7);
    metrics.membersAre('active', 8);
    metrics.callEnded('/vedette.v1.Participation/Submit', 'ok', 0.004);
    metrics.callEnded('/vedette.v1.Participation/Submit', 'update_late', 0.004);
    metrics.jobTook('aggregate', 0.3);
    metrics.appendSeconds.observe(0.0003);
    metrics.followers.set(1000);
    metrics.journalEntries.set(12);
    metrics.modelVersion.set(2);
    const lines = await linesOf(metrics);
    for (const line of [
      'vedette_updates_total{decision="accept",code="none"} 1',
      'vedette_updates_total{decision="reject",code="norm_outlier"} 2',
      'vedette_findings_total{check="norm",decision="reject"} 1',
      'vedette_standing_changes_total{to="quarantined",by="automatic"} 1',
      'vedette_standing_recommendations_total{to="quarantined",because="budget"} 1',
      'vedette_rounds_total{outcome="aggregated"} 1',
      'vedette_round_phase_seconds_bucket{le="2",phase="collect"} 0',
      'vedette_round_phase_seconds_bucket{le="10",phase="collect"} 1',
      'vedette_blob_bytes_total{direction="in"} 1025',
      'vedette_blob_bytes_total{direction="out"} 7',
      'vedette_members{standing="active"} 8',
      'vedette_call_seconds_count{method="/vedette.v1.Participation/Submit"} 2',
      'vedette_refusals_total{code="update_late"} 1',
      'vedette_compute_job_seconds_count{job="aggregate"} 1',
      'vedette_journal_append_seconds_bucket{le="0.0005"} 1',
      'vedette_followers 1000',
      'vedette_journal_entries 12',
      'vedette_model_version 2',
    ]) {
      expect(lines).toContain(line);
    }
    expect(lines.some((line) => line.startsWith('nodejs_eventloop_lag_seconds '))).toBe(true);
    expect(lines).not.toContain('vedette_refusals_total{code="ok"} 1');
  });

  it('time the work of a phase, also when it fails, and hand on its outcome', async () => {
    const metrics = createMetrics();
    expect(await metrics.timed('screen', async () => 5)).toBe(5);
    await expect(metrics.timed('screen', () => Promise.reject(new Error('broke')))).rejects.toThrow('broke');
    expect(await linesOf(metrics)).toContain('vedette_round_phase_seconds_count{phase="screen"} 2');
  });

  it('of two coordinators in one process do not meet', async () => {
    const [one, other] = [createMetrics(), createMetrics()];
    one.followers.set(3);
    expect(await linesOf(other)).toContain('vedette_followers 0');
  });
});
