/** What one pass over the bytes of a cohort finds: all that the checks against the cohort are told. */
import type { ModelFamily, RoundStep } from '../../../shared/learning/family.ts';
import { readTensors } from '../../../shared/tensors/column-reader.ts';
import { elementsIn, type Layout } from '../../../shared/tensors/tensor.ts';
import type { CohortMeasures } from '../../core/checks/measures.ts';
import type { MeasureJob } from '../../ports/compute.ts';
import type { CanarySet } from './canaries.ts';
import { givenBy, holdersOf } from './canary-rows.ts';
import { GramPass, type GramSums, SKETCH_DIRECTIONS } from './gram-pass.ts';
import { GramTotal } from './gram-total.ts';
import { type CanaryView, scoresOfMembers, slopesOf } from './slopes.ts';
import { runStripes } from './stripe-threads.ts';
import { runHere, type Stripe, stripesOf } from './stripes.ts';
import type { RowSource } from './tile.ts';

export interface MeasureInput {
  /** Sorted by member id. */
  readonly updates: readonly { readonly member: string; readonly update: RowSource }[];
  /** Vectors of the coordinator's own, by name. */
  readonly references: readonly { readonly name: string; readonly source: RowSource }[];
  readonly layout: Layout;
  /** See `TILE_BYTES`. */
  readonly tileBytes?: number | undefined;
}

/**
 * The references are the combined vector before, and the slopes on the canary set where there is one. Refuses
 * `update_shape` when an update has another layout, `compute_failed` when a thread dies.
 */
export async function measureCohort(
  job: MeasureJob,
  family: ModelFamily,
  step: RoundStep,
  canarySet: CanarySet | undefined,
): Promise<CohortMeasures> {
  const canaries = canarySet && givenBy(canarySet, job.members);
  const base = readTensors(job.base);
  const view = canaries && (await slopesOf(family, step, base, canaries));
  const references = [
    ...(job.previous === undefined ? [] : [{ name: 'previous', source: job.previous }]),
    ...(view?.slopes ?? []).map(({ name, values }) => ({ name, source: { values } })),
  ];
  const measures = await measureFiles({ updates: job.updates, references, layout: step.layout(base) });
  const seen = canaries && view ? withCanaries(measures, canaries, view) : measures;
  return canaries?.digest === undefined ? seen : { ...seen, canaries: canaries.digest };
}

/** The measures with what the canary file says of the members. */
export function withCanaries(
  measures: CohortMeasures,
  canaries: CanarySet,
  view: CanaryView,
): CohortMeasures {
  const holders = holdersOf(canaries, measures.members);
  const ownScores = scoresOfMembers(view, measures.members);
  return { ...measures, ...(holders ? { holders } : {}), ...(ownScores ? { ownScores } : {}) };
}

/** Over threads as `runStripes` says; the numbers depend on neither their number nor the size of a tile. */
export async function measureFiles(
  input: MeasureInput & { readonly threads?: number },
): Promise<CohortMeasures> {
  const totals = new CohortTotals(input);
  await runStripes('gram', gramSpec(input), stripesOf(input.layout), totals.add, input.threads);
  return totals.measures();
}

/** The same in this thread, at once. */
export function measureTensors(input: MeasureInput): CohortMeasures {
  const totals = new CohortTotals(input);
  runHere(new GramPass(gramSpec(input)), stripesOf(input.layout), totals.add);
  return totals.measures();
}

function gramSpec({ updates, references, layout, tileBytes }: MeasureInput) {
  const sources = [...updates.map(({ update }) => update), ...references.map(({ source }) => source)];
  return { sources, layout, profiled: updates.length, tileBytes };
}

/** What stripes add up to. */
class CohortTotals {
  readonly #input: MeasureInput;
  readonly #total: GramTotal;
  /** By tensor, the squared distances to the mean, once its stripes are all in. */
  readonly #layers: CohortMeasures['layers'][number][] = [];
  #tensor: GramTotal;
  #elementsLeft: number;
  readonly #sketches: Float64Array;
  readonly #above: Float64Array;
  readonly #below: Float64Array;

  constructor(input: MeasureInput) {
    this.#input = input;
    const { length } = input.updates;
    this.#total = this.#newTotal();
    this.#tensor = this.#newTotal();
    this.#elementsLeft = this.#elementsOf(0);
    this.#sketches = new Float64Array(length * SKETCH_DIRECTIONS);
    this.#above = new Float64Array(length);
    this.#below = new Float64Array(length);
  }

  /** In the order of the stripes. */
  readonly add = ({ gram, sketches, above, below }: GramSums, { tensor, columns }: Stripe): void => {
    this.#total.add(gram);
    this.#tensor.add(gram);
    addInto(this.#sketches, sketches);
    addInto(this.#above, above);
    addInto(this.#below, below);
    this.#elementsLeft -= columns;
    if (this.#elementsLeft === 0) this.#closeTensor(tensor);
  };

  measures(): CohortMeasures {
    const { updates, references, layout } = this.#input;
    const elements = elementsIn(layout);
    return {
      members: updates.map(({ member }) => member),
      references: references.map(({ name }) => name),
      gram: this.#total.matrix(),
      layers: this.#layers,
      signs: updates.map((_, index) => {
        const above = this.#above[index] ?? 0;
        const below = this.#below[index] ?? 0;
        return {
          positive: above / elements,
          zero: (elements - above - below) / elements,
          negative: below / elements,
        };
      }),
      sketches: updates.map((_, index) =>
        Array.from(
          this.#sketches.subarray(index * SKETCH_DIRECTIONS, (index + 1) * SKETCH_DIRECTIONS),
          rounded,
        ),
      ),
    };
  }

  #closeTensor(tensor: number): void {
    const { layout, updates } = this.#input;
    const name = layout[tensor]?.name ?? '';
    this.#layers.push({ name, squares: this.#tensor.squaresToMean(updates.length) });
    this.#tensor = this.#newTotal();
    this.#elementsLeft = this.#elementsOf(tensor + 1);
  }

  #newTotal(): GramTotal {
    return new GramTotal(this.#input.updates.length + this.#input.references.length);
  }

  #elementsOf(tensor: number): number {
    const spec = this.#input.layout[tensor];
    return spec === undefined ? 0 : elementsIn([spec]);
  }
}

const LARGEST_FLOAT = (2 - 2 ** -23) * 2 ** 127;

/** To float32, never beyond it: evidence holds finite numbers only, however long an update is. */
function rounded(value: number): number {
  return Math.fround(Math.max(-LARGEST_FLOAT, Math.min(LARGEST_FLOAT, value)));
}

function addInto(sums: Float64Array, values: Float64Array): void {
  for (let index = 0; index < sums.length; index++) sums[index] = (sums[index] ?? 0) + (values[index] ?? 0);
}
