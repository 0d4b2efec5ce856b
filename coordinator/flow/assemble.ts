import { type Context, federationOf, runIn } from './context.ts';
import { crashPoint } from './crash-points.ts';

/** After the last round: the published form of the model, as a candidate. */
export async function assemble(context: Context): Promise<undefined> {
  const { desk, blobs, compute } = context;
  const run = runIn(desk.state, 'assembling');
  if (!run) return undefined;
  const written = await compute.assemble({
    federation: federationOf(context),
    base: await blobs.locate(run.base),
    out: blobs.scratch(`candidate-${run.run}`),
  });
  crashPoint('candidate-written');
  const { digest, size } = await blobs.adopt(written);
  await desk.dispatch({
    type: 'record-candidate',
    run: run.run,
    weights: digest,
    bytes: size,
    base: run.base,
  });
  crashPoint('candidate-assembled');
  return undefined;
}
