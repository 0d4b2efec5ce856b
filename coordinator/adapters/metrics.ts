/** Every Prometheus metric of the coordinator, declared once, with its labels typed. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { RefusalCode } from '../../shared/refusal.ts';
import type { Decision } from '../../shared/verdict.ts';
import type { DataOf, Standing } from '../core/events.ts';

/** Phases of a round that take time worth knowing. */
export type TimedPhase = 'collect' | 'screen' | 'aggregate' | 'evaluate';
export type RoundOutcome = 'aggregated' | 'abandoned';
export type Direction = 'in' | 'out';

/** From a tiny model's milliseconds to a long collection's hours, in seconds. */
const PHASE_SECONDS = [0.005, 0.02, 0.1, 0.5, 2, 10, 60, 300, 1800, 7200];
/** Durable appends: a flush of an SSD to one of a tired disk, in seconds. */
const APPEND_SECONDS = [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.25, 1];
const JOB_SECONDS = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60, 300];
const CALL_SECONDS = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60];

export type Metrics = ReturnType<typeof createMetrics>;

/** A registry of its own, so that two coordinators of one process do not meet. */
export function createMetrics() {
  const registry = new Registry();
  // Memory, CPU, garbage collection and event loop lag of the process.
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const refreshers: (() => void)[] = [];

  const phaseSeconds = new Histogram<'phase'>({
    name: 'vedette_round_phase_seconds',
    help: 'Time a round spent in a phase.',
    labelNames: ['phase'],
    buckets: PHASE_SECONDS,
    registers,
  });
  const updates = new Counter<'decision' | 'code'>({
    name: 'vedette_updates_total',
    help: 'Updates judged, by decision and refusal code (none when accepted).',
    labelNames: ['decision', 'code'],
    registers,
  });
  const findings = new Counter<'check' | 'decision'>({
    name: 'vedette_findings_total',
    help: 'Failed findings in verdicts, by check and decision.',
    labelNames: ['check', 'decision'],
    registers,
  });
  const standings = new Counter<'to' | 'by'>({
    name: 'vedette_standing_changes_total',
    help: 'Changes of standing, by the new standing and by whom: automatic or operator.',
    labelNames: ['to', 'by'],
    registers,
  });
  const recommendations = new Counter<'to' | 'because'>({
    name: 'vedette_standing_recommendations_total',
    help: 'Steps of standing that automation would take and did not, by what held it back.',
    labelNames: ['to', 'because'],
    registers,
  });
  const rounds = new Counter<'outcome'>({
    name: 'vedette_rounds_total',
    help: 'Rounds ended, by outcome.',
    labelNames: ['outcome'],
    registers,
  });
  const bytes = new Counter<'direction'>({
    name: 'vedette_blob_bytes_total',
    help: 'Bytes of blobs uploaded to (in) and downloaded from (out) the coordinator.',
    labelNames: ['direction'],
    registers,
  });
  const members = new Gauge<'standing'>({
    name: 'vedette_members',
    help: 'Members, by standing.',
    labelNames: ['standing'],
    registers,
  });
  const refusals = new Counter<'code'>({
    name: 'vedette_refusals_total',
    help: 'Calls refused, by code.',
    labelNames: ['code'],
    registers,
  });
  const callSeconds = new Histogram<'method'>({
    name: 'vedette_call_seconds',
    help: 'Duration of calls, by gRPC method; streams from their first to their last message.',
    labelNames: ['method'],
    buckets: CALL_SECONDS,
    registers,
  });
  const jobSeconds = new Histogram<'job'>({
    name: 'vedette_compute_job_seconds',
    help: 'Duration of a job in the compute worker, by kind.',
    labelNames: ['job'],
    buckets: JOB_SECONDS,
    registers,
  });

  return {
    registry,
    appendSeconds: new Histogram({
      name: 'vedette_journal_append_seconds',
      help: 'Duration of a durable append.',
      buckets: APPEND_SECONDS,
      registers,
    }),
    followers: new Gauge({ name: 'vedette_followers', help: 'Clients following the rounds now.', registers }),
    journalEntries: new Gauge({
      name: 'vedette_journal_entries',
      help: 'Entries in the journal.',
      registers,
    }),
    modelVersion: new Gauge({
      name: 'vedette_model_version',
      help: 'Version of the current model; 0 before the first.',
      registers,
    }),

    /** Told before each reading, to set gauges from what they describe. */
    beforeScrape(refresh: () => void): void {
      refreshers.push(refresh);
    },
    exposition: {
      contentType: registry.contentType,
      text: (): Promise<string> => {
        for (const refresh of refreshers) refresh();
        return registry.metrics();
      },
    },
    updateJudged(decision: Decision, code: RefusalCode | undefined): void {
      updates.inc({ decision, code: code ?? 'none' });
    },
    /** The check comes from the coordinator's own list, never from outside. */
    findingFailed(check: string, decision: Decision): void {
      findings.inc({ check, decision });
    },
    standingChanged(to: Standing, by: 'automatic' | 'operator'): void {
      standings.inc({ to, by });
    },
    standingRecommended(to: Standing, because: DataOf<'standing_recommended'>['because']): void {
      recommendations.inc({ to, because });
    },
    roundEnded(outcome: RoundOutcome): void {
      rounds.inc({ outcome });
    },
    phaseTook(phase: TimedPhase, seconds: number): void {
      phaseSeconds.observe({ phase }, seconds);
    },
    moved(direction: Direction, byteCount: number): void {
      bytes.inc({ direction }, byteCount);
    },
    membersAre(standing: Standing, count: number): void {
      members.set({ standing }, count);
    },
    callEnded(method: string, outcome: RefusalCode | 'ok', seconds: number): void {
      callSeconds.observe({ method }, seconds);
      if (outcome !== 'ok') refusals.inc({ code: outcome });
    },
    jobTook(job: string, seconds: number): void {
      jobSeconds.observe({ job }, seconds);
    },
    /** Observes how long the work of a phase takes, also when it fails. The phase comes from the flow, never from outside. */
    async timed<T>(phase: TimedPhase | (string & {}), work: () => Promise<T>): Promise<T> {
      const stop = phaseSeconds.startTimer({ phase });
      try {
        return await work();
      } finally {
        stop();
      }
    },
  };
}
