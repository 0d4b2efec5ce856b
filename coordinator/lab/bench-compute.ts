/** The production arithmetic of screening and combining, called in this thread on what is in memory. */
import type { ModelFamily, RoundStep } from '../../shared/learning/family.ts';
import { readTensors } from '../../shared/tensors/column-reader.ts';
import type { TensorSet } from '../../shared/tensors/tensor.ts';
import { auditSums } from '../adapters/compute/audit.ts';
import type { CanarySet } from '../adapters/compute/canaries.ts';
import { givenBy } from '../adapters/compute/canary-rows.ts';
import { combineTensors } from '../adapters/compute/combine.ts';
import { inspectUpdate } from '../adapters/compute/inspect.ts';
import { measureTensors, withCanaries } from '../adapters/compute/measure.ts';
import { rootUpdate } from '../adapters/compute/root.ts';
import { type CanaryView, flatOf, slopesOf } from '../adapters/compute/slopes.ts';
import { needsOf } from '../core/aggregators/registry.ts';
import type { AuditMeasures, CohortMeasures } from '../core/checks/measures.ts';
import type { AggregateJob, AuditJob, Inspection, InspectJob, MeasureJob } from '../ports/compute.ts';

/** A file in name only: the rows are in memory. */
export const CANARIES_AT_HAND = 'lab';

export class BenchCompute {
  readonly #family: ModelFamily;
  readonly #canaries: CanarySet;
  /** Screening the same round again, as adaptive attackers do, needs no new slopes. */
  #seen: { readonly base: unknown; readonly view: CanaryView } | undefined;

  constructor(family: ModelFamily, canaries: CanarySet) {
    this.#family = family;
    this.#canaries = canaries;
  }

  step(kind: string): RoundStep {
    const step = this.#family.steps.find((one) => one.kind === kind);
    if (step === undefined) throw new RangeError(`family ${this.#family.name} has no step ${kind}`);
    return step;
  }

  inspect(job: InspectJob): Inspection {
    return inspectUpdate(job, this.step(job.step));
  }

  async measure(job: MeasureJob): Promise<CohortMeasures> {
    const { updates, previous, canaryFile } = job;
    const step = this.step(job.step);
    const set = readTensors(job.base);
    const view = canaryFile === undefined ? undefined : await this.#viewAt(job, step, set);
    const measures = measureTensors({
      updates,
      references: [
        ...(previous === undefined ? [] : [{ name: 'previous', source: previous }]),
        ...(view?.slopes ?? []).map(({ name, values }) => ({ name, source: { values } })),
      ],
      layout: step.layout(set),
    });
    return view ? withCanaries(measures, this.#canaries, view) : measures;
  }

  audit(job: AuditJob): Promise<AuditMeasures | undefined> {
    return auditSums(job, this.#family, this.step(job.step), this.#canaries);
  }

  /** The combined vector and each contribution's part in it. */
  async combine(
    job: Pick<AggregateJob, 'step' | 'contributions' | 'rule' | 'base' | 'previous' | 'seed'>,
  ): Promise<{ values: Float32Array; norm: number; shares: readonly number[] }> {
    const { contributions, rule, previous, seed } = job;
    const step = this.step(job.step);
    const base = readTensors(job.base);
    const needsRoot = needsOf(rule).references.includes('root');
    const root = needsRoot
      ? { root: { values: flatOf(await rootUpdate(step, base, this.#canaries, seed)) } }
      : {};
    return combineTensors({
      contributions,
      rule,
      layout: step.layout(base),
      references: { ...(previous === undefined ? {} : { previous }), ...root },
      seed,
    });
  }

  async #viewAt(job: MeasureJob, step: RoundStep, base: TensorSet): Promise<CanaryView> {
    const bytes = 'bytes' in job.base ? job.base.bytes : job.base.path;
    if (this.#seen?.base !== bytes) {
      const canaries = givenBy(this.#canaries, job.members);
      this.#seen = { base: bytes, view: await slopesOf(this.#family, step, base, canaries) };
    }
    return this.#seen.view;
  }
}
