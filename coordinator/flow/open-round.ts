import { randomBytes } from 'node:crypto';
import { elementsIn, type Layout } from '../../shared/tensors/tensor.ts';
import { type Context, federationOf, runIn } from './context.ts';
import { crashPoint } from './crash-points.ts';

/** Bytes allowed on top of the tensors themselves: safetensors length field and JSON header. */
export const HEADER_ALLOWANCE_BYTES = 64 * 1024;
const NONCE_BYTES = 16;

/** Freezes the cohort and announces the plan. */
export async function openRound(context: Context): Promise<undefined> {
  const { desk, clock, progress } = context;
  const run = runIn(desk.state, 'opening');
  if (!run) return undefined;
  const layout = await layoutOf(context, run.steps[run.at.step]?.step ?? '', run.base);
  const events = await desk.dispatch({
    type: 'open-round',
    nonce: randomBytes(NONCE_BYTES).toString('hex'),
    maxBytes: elementsIn(layout) * Float32Array.BYTES_PER_ELEMENT + HEADER_ALLOWANCE_BYTES,
    nowMs: clock.now(),
  });
  for (const opened of events) {
    if (opened.type === 'round_opened') progress.open(opened.data.cohort, clock.now());
  }
  crashPoint('round-opened');
  return undefined;
}

/** The layout of an update for a step from a base; remembered, as every follower's plan asks for it. */
export async function layoutOf(context: Context, step: string, base: string): Promise<Layout> {
  const key = `${step}/${base}`;
  const known = layouts.get(context);
  if (known?.key === key) return known.layout;
  const { compute, blobs } = context;
  const layout = await compute.layout({
    federation: federationOf(context),
    step,
    base: await blobs.locate(base),
  });
  layouts.set(context, { key, layout });
  return layout;
}

const layouts = new WeakMap<Context, { readonly key: string; readonly layout: Layout }>();
