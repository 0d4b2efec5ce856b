/** The last look at an update before it leaves the site: only what was asked for, only what the site permits. */
import type { LocalResult } from '../../shared/learning/family.ts';
import { Refusal } from '../../shared/refusal.ts';
import { encode, requireLayout } from '../../shared/tensors/safetensors.ts';
import type { TensorSet } from '../../shared/tensors/tensor.ts';
import type { SitePolicy } from '../data/site-policy.ts';
import type { Tamper } from '../drills/tamper.ts';
import type { RoundPlan } from '../ports/coordinator.ts';

export interface ProtectedUpdate {
  /** Safetensors. */
  readonly bytes: Uint8Array;
  readonly samples: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/**
 * Refuses `policy_refused`, `update_shape`, `update_not_finite` or `update_size`: better here than at the door.
 * Samples are claimed up to the bound of the plan and no further: updates are means over rows, so a smaller claim
 * only weighs less.
 */
export function protect(
  result: LocalResult,
  plan: RoundPlan,
  policy: SitePolicy,
  tamper: Tamper | undefined,
): ProtectedUpdate {
  if (!policy.train) throw new Refusal('policy_refused', 'the site policy says train: false');
  const { update, samples, metrics } = result;
  requireLayout(update, plan.layout);
  requireFinite(update);
  const bytes = encode(tamper ? tamper(update) : update);
  if (plan.maxBytes > 0 && bytes.length > plan.maxBytes) {
    throw new Refusal('update_size', `the update has ${bytes.length} bytes (bound ${plan.maxBytes})`, {
      bytes: bytes.length,
    });
  }
  return {
    bytes,
    samples: plan.maxSamples > 0 ? Math.min(samples, plan.maxSamples) : samples,
    metrics: finiteOnly(metrics),
  };
}

function requireFinite({ layout, tensors }: TensorSet): void {
  for (const { name } of layout) {
    const at = tensors.get(name)?.findIndex((value) => !Number.isFinite(value)) ?? -1;
    if (at < 0) continue;
    throw new Refusal('update_not_finite', `value ${at} of tensor ${name} is not finite after training`, {
      tensor: name,
      at,
    });
  }
}

/** A header carries finite numbers only; a metric that is not one says nothing. */
function finiteOnly(metrics: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value)));
}
