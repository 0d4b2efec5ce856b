/** Learning, loaded only by what needs it: tf.js costs a second and many megabytes. */
import type { Federation } from '../../shared/federation/schema.ts';
import type { ModelFamily } from '../../shared/learning/family.ts';

export interface Learning {
  readonly family: ModelFamily;
  /** Which tf.js backend does the algebra: `tensorflow` or `wasm`. */
  readonly backend: string;
}

export async function loadLearning(federation: Federation): Promise<Learning> {
  const [{ familyOf }, { loadBackend }] = await Promise.all([
    import('../../shared/learning/families.ts'),
    import('../../shared/learning/backend.ts'),
  ]);
  const backend = await loadBackend();
  return { family: familyOf(federation), backend };
}
