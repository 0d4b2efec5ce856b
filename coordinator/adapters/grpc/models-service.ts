import type { ModelsHandlers } from '../../../shared/wire/generated/vedette/v1/Models.ts';
import { MODELS } from '../../../shared/wire/protocol.ts';
import type { Context } from '../../flow/context.ts';
import { modelRef } from '../../flow/situation.ts';
import { modelNamed } from '../../flow/verify-model.ts';
import { type Implementation, implement } from './serve.ts';

/** Published models, for members and integrators. The bytes themselves come through Transfer. */
export function modelsService({ desk, prover }: Context): Implementation {
  return implement<ModelsHandlers>(MODELS, {
    async List() {
      const { models, current } = desk.state;
      return { models: models.flatMap((model) => modelRef(model) ?? []), current };
    },

    async Get({ version }) {
      const model = modelNamed(desk.state, version === 0 ? undefined : version);
      return { model: modelRef(model), files: model.files.map((file) => ({ ...file })) };
    },

    async Head({ treeSize }) {
      const consistency = prover.consistency(treeSize).map((hash) => Buffer.from(hash, 'hex'));
      return { checkpoint: prover.checkpoint(), consistency };
    },
  });
}
