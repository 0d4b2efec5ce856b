/** What the worker learns with, loaded when the first job asks for it. tf.js comes with the first scorer, not before. */
import type { Federation } from '../../../shared/federation/schema.ts';
import type { ModelFamily, RoundStep } from '../../../shared/learning/family.ts';
import type { WorkerModules } from './messages.ts';

export class Learning {
  readonly #modules: WorkerModules;
  #last: { readonly key: string; readonly family: ModelFamily } | undefined;

  constructor(modules: WorkerModules) {
    this.#modules = modules;
  }

  /** A coordinator serves one federation: the last family is kept. */
  async family(federation: Federation): Promise<ModelFamily> {
    const key = JSON.stringify(federation);
    if (this.#last?.key === key) return this.#last.family;
    const { familyOf } = (await import(this.#modules.families)) as { familyOf(of: Federation): ModelFamily };
    const family = familyOf(federation);
    this.#last = { key, family };
    return family;
  }

  async step(federation: Federation, kind: string): Promise<RoundStep> {
    const { steps, name } = await this.family(federation);
    const step = steps.find((one) => one.kind === kind);
    if (step === undefined) throw new Error(`family ${name} has no step ${kind}`);
    return step;
  }

  /** Makes tf.js ready and says which backend does the algebra. */
  async backend(): Promise<string> {
    const { loadBackend } = (await import(this.#modules.backend)) as { loadBackend(): Promise<string> };
    return loadBackend();
  }
}
